// A long select becomes a text box with a list that narrows as one types (ARIA combobox pattern).
(() => {
  "use strict";

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  const makeCombobox = (select) => {
    const box = document.createElement("div");
    const input = document.createElement("input");
    const list = document.createElement("ul");
    let active = -1;

    box.className = "combo";
    input.className = "in";
    input.type = "text";
    input.autocomplete = "off";
    input.id = select.id;
    list.className = "combo-list";
    list.id = `${select.id}-list`;
    list.hidden = true;
    const label = document.querySelector(`label[for="${select.id}"]`);
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", label ? label.textContent : "");
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
    for (const name of ["aria-describedby", "aria-invalid", "required"]) {
      if (select.hasAttribute(name)) attributes[name] = select.getAttribute(name);
    }
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    input.disabled = select.disabled;

    const chosen = () => select.selectedOptions[0]?.textContent.trim() ?? "";
    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const mark = (index) => {
      const items = list.querySelectorAll("[role=option][data-index]");
      if (!items.length) return;
      active = (index + items.length) % items.length;
      items.forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
      items[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", items[active].id);
    };
    const choose = (index) => {
      select.selectedIndex = index;
      input.value = chosen();
      select.dispatchEvent(new Event("change", { bubbles: true }));
      close();
    };
    const open = (wanted) => {
      const found = [...select.options].filter((option) => plain(option.textContent).includes(plain(wanted))).slice(0, 50);
      list.replaceChildren(...found.map((option) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${option.index}`;
        item.dataset.index = option.index;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = option.textContent.trim() || "—";
        return item;
      }));
      if (!found.length) {
        const item = document.createElement("li");
        item.setAttribute("role", "option");
        item.setAttribute("aria-disabled", "true");
        item.textContent = select.dataset.empty;
        list.append(item);
      }
      list.hidden = false;
      active = -1;
      input.setAttribute("aria-expanded", "true");
    };

    input.addEventListener("input", () => open(input.value));
    input.addEventListener("click", () => list.hidden && open(""));
    input.addEventListener("focus", () => input.select());
    input.addEventListener("blur", () => {
      input.value = chosen();
      close();
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) open("");
        mark(event.key === "ArrowDown" ? active + 1 : Math.max(active, 0) - 1);
      } else if (event.key === "Enter" && !list.hidden) {
        event.preventDefault();
        const item = list.querySelectorAll("[data-index]")[Math.max(active, 0)];
        if (item) choose(Number(item.dataset.index));
      } else if (event.key === "Escape" && !list.hidden) {
        event.stopPropagation();
        input.value = chosen();
        close();
      }
    });
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("[data-index]");
      if (item) choose(Number(item.dataset.index));
    });

    input.value = chosen();
    select.removeAttribute("id");
    select.hidden = true;
    select.before(box);
    box.append(input, list, select);
  };
  document.querySelectorAll("select[data-combobox]").forEach(makeCombobox);
})();
