// How the panel looks; the page may set colours and corners through --aftercare-* properties.

export const CSS = `
:host {
  --surface: var(--aftercare-surface, #ffffff);
  --back: var(--aftercare-background, #f3f7f7);
  --text: var(--aftercare-text, #17282b);
  --muted: var(--aftercare-muted, #4d6165);
  --line: #d5dfe0;
  --edge: #6b8287;
  --link: var(--aftercare-link, #0b5a61);
  --staff: #fff4dc;
  --staff-line: #e2c78c;
  --danger: #a3261c;
  --warn: #fdf0d5;
  --warn-text: #573c05;
  --radius: var(--aftercare-radius, 16px);
  --ring: var(--accent);
}
@media (prefers-color-scheme: dark) {
  :host {
    --surface: var(--aftercare-surface, #162426);
    --back: var(--aftercare-background, #0f1a1c);
    --text: var(--aftercare-text, #e5eeee);
    --muted: var(--aftercare-muted, #a5b9bb);
    --line: #2c3f42;
    --edge: #71898d;
    --link: var(--aftercare-link, #7fd3cd);
    --staff: #33290f;
    --staff-line: #6b5623;
    --danger: #ffb0a6;
    --warn: #3d2f0c;
    --warn-text: #fbe3b0;
    --ring: #7fd3cd;
  }
}
*, ::before, ::after { box-sizing: border-box; }
p, h2 { margin: 0; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
#panel {
  position: fixed; inset-block-end: 88px; inset-inline-end: 20px; display: flex;
  flex-direction: column; inline-size: 380px; max-inline-size: calc(100vw - 40px);
  block-size: min(600px, 100dvh - 108px); overflow: hidden; font-size: 1em; line-height: 1.45;
  text-align: start; color: var(--text); background: var(--back);
  border: 1px solid var(--line); border-radius: var(--radius);
  box-shadow: 0 2px 6px rgb(9 33 36 / .12), 0 16px 48px rgb(9 33 36 / .24);
}
header {
  display: flex; flex: none; align-items: center; gap: 2px; min-block-size: 60px;
  padding: 8px 8px 8px 18px; color: var(--accent-text); background: var(--accent);
  border-block-end: 1px solid transparent;
}
h2 { flex: 1; font-size: 1.0625em; font-weight: 650; line-height: 1.25; overflow-wrap: anywhere; }
svg {
  inline-size: 22px; block-size: 22px; flex: none; fill: none; stroke: currentColor;
  stroke-width: 2; stroke-linecap: round; stroke-linejoin: round;
}
.tool {
  display: grid; place-items: center; flex: none; inline-size: 44px; block-size: 44px; padding: 0;
  border: 1px solid transparent; border-radius: 12px; background: transparent;
}
.tool:hover { background: rgb(255 255 255 / .16); }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 2px; }
.tool:focus-visible { outline-color: currentColor; outline-offset: -4px; }
.banner { flex: none; font-size: .875em; color: var(--warn-text); background: var(--warn); }
.banner:not(:empty) { padding: 10px 18px; border-block-end: 1px solid var(--line); }
.handling {
  flex: none; padding: 8px 18px; font-size: .875em; color: var(--text); background: var(--surface);
  border-block-end: 1px solid var(--line);
}
.handling[data-by=staff] { background: var(--staff); border-color: var(--staff-line); }
.transcript { position: relative; display: flex; flex: 1; flex-direction: column; min-block-size: 0; }
#log {
  flex: 1; padding: 16px 16px 8px; overflow-y: auto; overscroll-behavior: contain;
  scrollbar-width: thin; scrollbar-color: var(--edge) transparent;
}
#log:focus-visible { outline-offset: -4px; border-radius: 8px; }
.message { display: flex; flex-direction: column; align-items: flex-start; margin-block-end: 12px; }
.customer { align-items: flex-end; }
.who { margin: 0 4px 3px; font-size: .8125em; font-weight: 600; color: var(--muted); }
.bubble {
  max-inline-size: 88%; padding: 9px 13px; color: var(--text); background: var(--surface);
  border: 1px solid var(--line); border-radius: 14px; border-end-start-radius: 4px;
}
.customer .bubble {
  color: var(--accent-text); background: var(--accent); border-color: transparent;
  border-radius: 14px; border-end-end-radius: 4px;
}
.staff .bubble { background: var(--staff); border-color: var(--staff-line); }
.unsent .bubble {
  color: var(--text); background: transparent; border: 1px dashed var(--danger);
}
.text { white-space: pre-line; overflow-wrap: anywhere; }
.source {
  margin-block-start: 8px; padding-block-start: 8px; font-size: .875em; overflow-wrap: anywhere;
  color: var(--muted); border-block-start: 1px solid var(--line);
}
.source + .source { margin-block-start: 4px; padding-block-start: 0; border: 0; }
a { color: var(--link); text-underline-offset: 2px; border-radius: 3px; }
.source a { padding-block: 3px; }
a:hover { text-decoration-thickness: 2px; }
.foot { margin: 3px 4px 0; font-size: .75em; color: var(--muted); }
.unsent .foot { font-size: .875em; text-align: end; color: var(--danger); }
.small {
  min-block-size: 32px; margin-inline-start: 6px; padding: 2px 12px; border: 1px solid currentColor;
  border-radius: 16px; font-weight: 600; background: transparent;
}
.sending::after { content: "…"; }
.replies { display: flex; flex-wrap: wrap; gap: 8px; margin-block-start: 10px; }
.reply {
  min-block-size: 44px; padding: 8px 16px; border: 1.5px solid var(--link); border-radius: 22px;
  font-size: .9375em; font-weight: 600; line-height: 1.25; text-align: start; overflow-wrap: anywhere;
  color: var(--link); background: var(--surface);
}
/* A touch screen leaves the hover where the finger was, on the next question's first answer. */
@media (hover: hover) {
  .reply:hover { color: var(--accent-text); background: var(--accent); border-color: var(--accent); }
}
.notice {
  margin: 4px 0 16px; padding: 10px 14px; font-size: .875em; color: var(--warn-text);
  background: var(--warn); border: 1px solid transparent; border-radius: 10px;
}
.jump {
  position: absolute; inset-block-end: 8px; inset-inline: 0; display: flex; align-items: center;
  gap: 6px; inline-size: fit-content; min-block-size: 36px; margin-inline: auto; padding: 4px 14px 4px 10px;
  border: 1px solid var(--edge); border-radius: 18px; font-size: .875em; font-weight: 600;
  color: var(--text); background: var(--surface); box-shadow: 0 2px 10px rgb(9 33 36 / .2);
}
.jump svg { inline-size: 18px; block-size: 18px; }
.typing { display: flex; flex: none; gap: 5px; padding: 6px 16px 10px 22px; }
.writer { order: -1; font-size: .8125em; line-height: 1; color: var(--muted); }
.dot { inline-size: 8px; block-size: 8px; border: 4px solid var(--edge); border-radius: 4px; }
.composer {
  display: grid; flex: none; grid-template-columns: auto 1fr auto; gap: 0 8px; align-items: end;
  padding: 10px 10px 10px 12px; background: var(--surface); border-block-start: 1px solid var(--line);
}
.grow { display: grid; grid-column: 2; min-inline-size: 0; }
.pick { color: var(--muted); }
.pick:hover { background: var(--back); }
.files { grid-column: 1 / -1; min-inline-size: 0; }
.files ul, .sent { margin: 0; padding: 0; list-style: none; }
.chosen { max-block-size: 8em; overflow-y: auto; }
.chosen li, .sent li:not(.picture), .sent li:not(.picture) a {
  display: flex; gap: 8px; align-items: center; min-inline-size: 0;
}
.chosen li { min-block-size: 36px; font-size: .9375em; }
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.size { flex: none; font-size: .875em; }
.chosen .size { flex: 1; color: var(--muted); }
.remove {
  display: grid; place-items: center; flex: none; inline-size: 36px; block-size: 36px; padding: 0;
  border: 0; border-radius: 10px; background: transparent;
}
.remove:hover { background: var(--back); }
.remove svg { inline-size: 18px; block-size: 18px; }
.problem { font-size: .875em; color: var(--danger); }
.problem:not(:empty) { padding-block-end: 6px; }
.text + .sent { margin-block-start: 8px; }
.sent li + li { margin-block-start: 6px; }
.sent a { min-block-size: 32px; color: inherit; }
.sent svg { inline-size: 18px; block-size: 18px; }
.picture a { display: block; }
.picture img {
  display: block; max-inline-size: 100%; inline-size: auto; block-size: auto; max-block-size: 220px;
  border-radius: 8px;
}
.drop { outline: 3px dashed var(--ring); outline-offset: -6px; }
.grow::after { content: attr(data-text) " "; visibility: hidden; }
.grow::after, textarea {
  grid-area: 1 / 1; min-inline-size: 0; max-block-size: 8.5em; min-block-size: 44px; margin: 0;
  padding: 9px 12px; border: 1px solid var(--edge); border-radius: 12px; font: inherit;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
textarea { inline-size: 100%; block-size: 100%; overflow-y: auto; resize: none; color: var(--text);
  background: var(--surface); }
textarea::placeholder { color: var(--muted); opacity: 1; }
textarea:focus-visible { outline: 2px solid var(--ring); outline-offset: 0; border-color: var(--ring); }
.send {
  display: grid; place-items: center; inline-size: 44px; block-size: 44px; padding: 0;
  border: 1px solid transparent; border-radius: 12px; color: var(--accent-text);
  background: var(--accent);
}
.send:hover { filter: brightness(1.12); }
#counter { grid-column: 1 / -1; font-size: .8125em; color: var(--muted); }
#counter:not(:empty) { padding: 6px 4px 0; }
#counter.full { color: var(--danger); }
@media (max-width: 480px), (max-height: 480px) {
  #panel {
    inset-block: var(--from, 0px) auto; inset-inline: 0; inline-size: 100%; max-inline-size: none;
    block-size: var(--space, 100dvh); border: 0; border-radius: 0;
  }
  header { padding-block-start: max(8px, env(safe-area-inset-top)); }
  .composer { padding-block-end: max(10px, env(safe-area-inset-bottom)); }
}
@media (max-height: 300px) {
  header { min-block-size: 0; padding-block: 0; }
  .grow::after, textarea { max-block-size: 4.6em; }
}
@media (prefers-reduced-motion: no-preference) {
  #panel { animation: rise .18s ease-out; }
  .dot { animation: beat 1.2s ease-in-out infinite; }
  .two { animation-delay: .15s; }
  .three { animation-delay: .3s; }
  @keyframes rise { from { opacity: 0; transform: translateY(12px); } }
  @keyframes beat { 0%, 60%, 100% { opacity: .35; } 30% { opacity: 1; transform: translateY(-3px); } }
}
@media (forced-colors: active) {
  .customer .bubble { border-color: CanvasText; }
  .dot { border-color: CanvasText; }
  .tool, .send { border-color: ButtonText; }
}
`;
