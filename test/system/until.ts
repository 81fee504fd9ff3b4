/** Longest wait of a test, ms. */
const patience = 20_000;

/** Waits for a condition. Throws if it does not become true. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
	const end = Date.now() + patience;
	while (!(await holds())) {
		if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
		await new Promise(resolve => setTimeout(resolve, 20));
	}
}
