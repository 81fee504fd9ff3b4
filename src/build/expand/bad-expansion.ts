/** A `$` of a Dockerfile that cannot be expanded. Whoever knows the place turns it into an error of the Dockerfile. */
export class BadExpansion extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'BadExpansion';
	}
}
