// Lists: how many rows are ticked and what they sum to; filters that apply when chosen.
(() => {
  "use strict";

  // The server shows how it writes 1234.56, so that both write alike; unlike browsers it knows en-BE.
  const sum = (boxes, { sample, currency }) => {
    const parts = /^(\D*)1(\D?)234(\D)56(\D*)$/.exec(sample);
    if (!parts || boxes.some((box) => box.dataset.currency !== currency)) return "";
    const [, before, group, point, after] = parts;
    const cents = boxes.reduce((total, box) => total + Number(box.dataset.cents), 0);
    const digits = String(Math.abs(cents)).padStart(3, "0");
    const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, group);
    return ` · ${before}${cents < 0 ? "-" : ""}${whole}${point}${digits.slice(-2)}${after}`;
  };

  const makeBulk = (form) => {
    const boxes = [...document.querySelectorAll(`input[type=checkbox][form="${form.id}"]`)];
    const all = [...document.querySelectorAll("input[data-pick-all]")];
    const text = form.querySelector("[data-bulk-text]");
    const invitation = text.textContent;
    const refresh = () => {
      const picked = boxes.filter((box) => box.checked);
      form.classList.toggle("any", picked.length > 0);
      const count = picked.length === 1 ? form.dataset.one : form.dataset.many.replace("{count}", picked.length);
      text.textContent = picked.length ? count + sum(picked, form.dataset) : invitation;
      for (const box of boxes) {
        if (box.checked) box.closest("tr").setAttribute("aria-selected", "true");
        else box.closest("tr").removeAttribute("aria-selected");
      }
      for (const box of all) {
        box.checked = picked.length === boxes.length && boxes.length > 0;
        box.indeterminate = picked.length > 0 && !box.checked;
      }
    };
    const set = (value) => {
      for (const box of boxes) box.checked = value;
      refresh();
    };
    for (const box of boxes) box.addEventListener("change", refresh);
    for (const box of all) box.addEventListener("change", () => set(box.checked));
    form.querySelector("button[data-pick-all]")?.addEventListener("click", () => set(true));
    form.querySelector("[data-pick-none]")?.addEventListener("click", () => {
      set(false);
      boxes[0]?.focus();
    });
    window.addEventListener("pageshow", refresh);
    refresh();
  };
  document.querySelectorAll("form[data-bulk]").forEach(makeBulk);

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-filters] [data-auto]")) event.target.form.requestSubmit();
  });

  // Empty filters stay out of the address, so that it can be read and shared.
  for (const form of document.querySelectorAll("[data-filters]")) {
    form.addEventListener("formdata", (event) => {
      for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
    });
  }
})();
