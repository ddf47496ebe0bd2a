package main

import (
	"os"

	"github.com/8x8/pulumi-8x8/sdk/go/eightx8"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		account, err := eightx8.NewProvider(ctx, "account", &eightx8.ProviderArgs{Deadline: pulumi.Float64(30)})
		if err != nil {
			return err
		}
		vca, err := eightx8.NewWebhook(ctx, "vca", &eightx8.WebhookArgs{
			SubaccountId:   pulumi.String("Sub_1"),
			Type:           eightx8.WebhookTypeVCA,
			Url:            pulumi.String(os.Getenv("URL")),
			HttpAuthHeader: pulumi.String("Basic b25l"),
		}, pulumi.Provider(account))
		if err != nil {
			return err
		}
		listed := eightx8.GetWebhooksOutput(ctx, eightx8.GetWebhooksOutputArgs{SubaccountId: vca.SubaccountId},
			pulumi.Provider(account))
		ctx.Export("id", vca.ID())
		ctx.Export("header", vca.HttpAuthHeaderAvailable)
		ctx.Export("listed", listed.Webhooks().ApplyT(func(webhooks []eightx8.LiveWebhook) []string {
			urls := []string{}
			for _, webhook := range webhooks {
				urls = append(urls, webhook.Url)
			}
			return urls
		}))
		return nil
	})
}
