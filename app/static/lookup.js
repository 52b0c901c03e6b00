// A relation with many candidates: what is typed into the search refills the list below its label.
(() => {
  "use strict";

  const PAUSE_MS = 300;

  for (const list of document.querySelectorAll("select[data-lookup]")) {
    const search = document.getElementById(`${list.name}-search`);
    const say = document.getElementById(`${list.name}-found`);
    let timer, request;
    const refill = async () => {
      request?.abort();
      request = new AbortController();
      try {
        const url = `${list.dataset.lookup}?q=${encodeURIComponent(search.value)}`;
        const answer = await fetch(url, { signal: request.signal });
        if (!answer.ok) return;
        const { options } = await answer.json();
        const kept = [...list.options].filter((option) => option.selected || !option.value);
        const known = new Set(kept.map((option) => option.value));
        const found = options.filter(({ key }) => !known.has(key));
        list.replaceChildren(...kept, ...found.map(({ key, label }) => new Option(label, key)));
        say.textContent = say.dataset.text.replace("{count}", options.length);
      } catch {
        // The button beside the search asks the server without a script.
      }
    };
    search?.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(refill, PAUSE_MS);
    });
    search?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      clearTimeout(timer);
      refill();
    });
  }
})();
