import "./styles.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";
import { loadNumbers } from "./lib/format";
import { startLanguage } from "./lib/language";
import { startTheme } from "./lib/theme";

startTheme();
// Nobody sees another language first: the page to show is fetched meanwhile.
void startLanguage().finally(() => {
  const root = document.getElementById("root");
  if (root) {
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    );
  }
  // After the first rows were asked for and drawn.
  setTimeout(() => void loadNumbers(), 1000);
});
