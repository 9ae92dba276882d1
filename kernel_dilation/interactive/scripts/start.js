/* Starts all parts of the page, in an order in which none waits for a slower one. */

(async () => {
  document.documentElement.classList.add("with-script");
  Tables.start();
  Glossary.start();
  if (document.getElementById("page-data")) {
    const data = Packed.pageData();
    Address.start();
    const tools = [["explorer", Explorer], ["margin", Margin], ["quiz", Quiz], ["live", LiveNetwork], ["charts", Charts]];
    const present = tools.filter(([id]) => document.getElementById(id));
    await Promise.all(present.map(([, tool]) => tool.start(data)));
    if (location.hash.includes("?")) {
      document.getElementById(location.hash.slice(1).split("?")[0])?.scrollIntoView({ behavior: "instant" });
    }
  }
  document.documentElement.dataset.ready = "true";
})();
