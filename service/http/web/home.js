// Puts the address that this page came from into the command, and lets it be copied. The page reads well without.
"use strict";

const command = document.getElementById("command");
const here = new URL(".", location.href).href.replace(/\/$/, "");
command.textContent = command.textContent.replace(/http:\/\/127\.0\.0\.1:8000/, here);

const button = document.getElementById("copy");
button.hidden = false;
button.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(command.textContent);
    button.textContent = "Copied";
  } catch {
    // Without https a browser may refuse the clipboard: leave the command selected instead.
    getSelection().selectAllChildren(command);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
});
