/* Starts all parts of the page. */

(async () => {
  document.documentElement.classList.add("with-script");
  Tables.start();
  let tools = [];
  if (document.getElementById("page-data")) {
    const data = Packed.pageData();
    Address.start();
    tools = [["explorer", Explorer], ["margin", Margin], ["quiz", Quiz], ["live", LiveNetwork], ["charts", Charts]]
      .filter(([id]) => document.getElementById(id))
      .map(([, tool]) => tool.start(data));
  }
  Glossary.start();
  await Promise.all(tools);
  if (location.hash.includes("?")) {
    document.getElementById(location.hash.slice(1).split("?")[0])?.scrollIntoView({ behavior: "instant" });
  }
  document.documentElement.dataset.ready = "true";
})();
