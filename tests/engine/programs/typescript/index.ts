import * as eightx8 from "@pulumi/eightx8";

const account = new eightx8.Provider("account", { deadline: 30 });
const vca = new eightx8.Webhook("vca", {
    subaccountId: "Sub_1",
    type: eightx8.WebhookType.VCA,
    url: process.env.URL!,
    httpAuthHeader: "Basic b25l",
}, { provider: account });

export const id = vca.id;
export const header = vca.httpAuthHeaderAvailable;
export const listed = eightx8.getWebhooksOutput({ subaccountId: vca.subaccountId }, { provider: account })
    .webhooks.apply(webhooks => webhooks.map(webhook => webhook.url));
