"use strict";

// Fetch the page every second and update only the calls and webhooks that have changed, so that form input and opened
// details are kept.

function update(list, fresh) {
  for (const old of [...list.children]) {
    if (!fresh.querySelector(`:scope > #${CSS.escape(old.id)}`)) old.remove();
  }
  let before = null;
  for (const made of [...fresh.children]) {
    const old = document.getElementById(made.id);
    if (old && old.dataset.version === made.dataset.version) {
      before = old;
      continue;
    }
    if (old) {
      for (const details of old.querySelectorAll("details")) {
        const same = made.querySelector(`#${CSS.escape(details.id)}`);
        if (same) same.open = details.open;
      }
      const focused = old.contains(document.activeElement) && document.activeElement.parentElement.id;
      old.replaceWith(made);
      if (focused) document.getElementById(focused)?.firstElementChild.focus();
    } else if (before) {
      before.after(made);
    } else {
      list.prepend(made);
    }
    before = made;
  }
}

async function refresh() {
  try {
    if (!document.hidden) {
      const response = await fetch("/");
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const id of ["call-list", "webhook-list", "known"]) {
        update(document.getElementById(id), fresh.getElementById(id));
      }
      document.body.classList.remove("gone");
    }
  } catch {
    document.body.classList.add("gone");
  }
  setTimeout(refresh, 1000);
}

setTimeout(refresh, 1000);
