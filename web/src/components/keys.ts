/** Whether a key belongs to a field that is being typed into, or to a shortcut of the browser. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  const target = event.target;
  return target instanceof HTMLElement && target.closest("input:not([type=radio]), textarea, select, [contenteditable], [role=dialog], dialog, [role=menu]") !== null;
}
