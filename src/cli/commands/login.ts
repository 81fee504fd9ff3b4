import {usageError} from '../options/usage-error.ts';
import {defineCommand} from '../verb/command.ts';
import {signIn} from '../images/sign-in.ts';

/** `tsbox login`: skopeo's login. */
export const login = defineCommand({
	name: 'login',
	describe: 'Log in to a registry, with skopeo login',
	examples: [
		['tsbox login ghcr.io', 'asks for name and password'],
		['tsbox login -u me --password-stdin ghcr.io < token', 'from a file'],
	],
	options: {
		username: {kind: 'text', short: 'u', value: 'NAME', describe: 'Name of the account'},
		'password-stdin': {kind: 'flag', describe: 'Read the password from standard input'},
	},
	positionals: [{name: 'REGISTRY', describe: 'Host and port, such as ghcr.io', required: true, completes: 'none'}],
	run({values, positionals: [registry = '']}, context) {
		refuseOption(registry);
		const name = values.username === undefined ? [] : [`--username=${values.username}`];
		return signIn(
			'login',
			[...name, ...(values['password-stdin'] ? ['--password-stdin'] : []), '--', registry],
			context,
		);
	},
});

/** Refuses what skopeo could take for an option or for two words. */
export function refuseOption(registry: string): void {
	if (!/^[\w[][\w.:[\]/-]*$/.test(registry))
		throw usageError(`"${registry}" is not the name of a registry`, undefined, 'login');
}
