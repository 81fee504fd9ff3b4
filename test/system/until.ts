/** Longest that a test waits for something, ms. */
const patience = 20_000;

/** Waits for a condition, and throws when it does not come. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
	const end = Date.now() + patience;
	while (!(await holds())) {
		if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
		await new Promise(resolve => setTimeout(resolve, 20));
	}
}
