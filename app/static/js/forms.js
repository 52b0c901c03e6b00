// Forms: show a password, search in long selects, e-mail chips, dropped files, one submission per click.
(() => {
  "use strict";

  const all = (selector) => document.querySelectorAll(selector);
  const element = (tag, properties) => Object.assign(document.createElement(tag), properties);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-show]");
    if (!button) return;
    const input = document.getElementById(button.dataset.show);
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
  });

  // A slow answer invites a second click: the first one counts.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.matches("[data-bulk]") || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => { // a download, or the way back, leaves the page in use
      delete form.dataset.sent;
      event.submitter?.removeAttribute("aria-busy");
    }, 5000);
  });

  // The new input takes the place of the old control; what is sent stays the old one's value.
  const takePlace = (input, control) => {
    for (const name of ["id", "aria-describedby", "aria-invalid", "required"]) {
      if (control.hasAttribute(name)) input.setAttribute(name, control.getAttribute(name));
    }
    control.removeAttribute("id");
    control.removeAttribute("required");
    control.hidden = true;
    control.before(input);
  };

  // A long select becomes a text box that proposes its options.
  const makeSearchable = (select) => {
    const options = new Map([...select.options].map((option) => [option.text.trim(), option]));
    if (options.size !== select.options.length || select.disabled) return;
    const input = element("input", { className: "in", autocomplete: "off" });
    const list = element("datalist", { id: `${select.id}-options` });
    list.append(...[...options.keys()].map((value) => element("option", { value })));
    input.setAttribute("list", list.id);
    const show = () => { input.value = input.placeholder = select.selectedOptions[0].text.trim(); };
    show();
    input.addEventListener("focus", () => { input.value = ""; }); // or it would propose itself only
    input.addEventListener("change", () => {
      const option = options.get(input.value.trim());
      if (option) option.selected = true;
    });
    input.addEventListener("blur", show);
    takePlace(input, select);
    input.after(list);
  };
  all("select[data-search]").forEach(makeSearchable);

  const split = (text) => text.split(/[\s,;]+/).filter(Boolean);

  const makeChips = (area) => {
    const list = element("ul", { className: "chips" });
    const input = element("input", { className: "in", type: "email", autocomplete: "off" });
    const set = (addresses) => {
      area.value = [...new Set(addresses)].join("\n");
      list.replaceChildren(...split(area.value).map((address) => {
        const item = element("li", { textContent: address });
        const button = element("button", { type: "button", textContent: "×", ariaLabel: `${area.dataset.remove} ${address}` });
        button.addEventListener("click", () => {
          set(split(area.value).filter((kept) => kept !== address));
          input.focus();
        });
        item.append(button);
        return item;
      }));
    };
    const add = () => {
      set([...split(area.value), ...split(input.value)]);
      input.value = "";
    };
    input.addEventListener("keydown", (event) => {
      if (!input.value || !["Enter", ",", ";", " "].includes(event.key)) return;
      event.preventDefault();
      add();
    });
    input.addEventListener("change", add);
    area.form.addEventListener("formdata", (event) => {
      if (input.value) add();
      event.formData.set(area.name, area.value);
    });
    list.addEventListener("mousedown", (event) => event.preventDefault()); // keeps what is half typed
    takePlace(input, area);
    input.before(list);
    add();
  };
  all("textarea[data-chips]").forEach(makeChips);

  const kilobytes = new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit", unit: "kilobyte", maximumFractionDigits: 0,
  });
  const makeDrop = (zone) => {
    const input = zone.querySelector("input");
    const list = zone.querySelector("[data-files]");
    input.addEventListener("change", () => {
      list.replaceChildren(...[...input.files].slice(0, 50).map((file) => {
        const item = element("li", { textContent: file.name });
        item.append(element("span", { textContent: kilobytes.format(Math.ceil(file.size / 1000)) }));
        return item;
      }));
      if (input.files.length > 50) list.append(element("li", { textContent: `+ ${input.files.length - 50}` }));
    });
    for (const name of ["dragover", "dragleave", "drop"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.toggle("over", name === "dragover");
        if (name !== "drop" || !event.dataTransfer.files.length) return;
        input.files = event.dataTransfer.files;
        input.dispatchEvent(new Event("change"));
      });
    }
  };
  all("[data-drop]").forEach(makeDrop);
})();
