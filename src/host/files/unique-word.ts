/**
 * A word in hexadecimal digits for the name of a temporary file that only this process creates, and only if it is not there: 48 random bits. It
 * is no secret: node:crypto would take 8 ms to load.
 */
export function uniqueWord(): string {
	return Math.floor(Math.random() * 2 ** 48)
		.toString(16)
		.padStart(12, '0');
}
