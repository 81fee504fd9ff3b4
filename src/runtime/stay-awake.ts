/** The longest delay of a timer of Node, ms. */
const longest = 2 ** 31 - 1;

/**
 * Keeps this process until the work is done. A program in the background does not keep it, and one that ends a moment later than its pipes
 * would be missed: Node would end with the status 0.
 */
export async function stayAwake<T>(work: Promise<T>): Promise<T> {
	const timer = setTimeout(() => {}, longest);
	try {
		return await work;
	} finally {
		clearTimeout(timer);
	}
}
