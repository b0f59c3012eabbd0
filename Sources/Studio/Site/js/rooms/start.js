/** The first run: makes the library, joins a server or stays alone, adds works. */
export async function show(root) {
  root.querySelector("h1")?.focus();
}
