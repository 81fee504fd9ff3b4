import {defineCommand} from '../verb/command.ts';
import {signIn} from '../images/sign-in.ts';
import {refuseOption} from './login.ts';

/** `tsbox logout`: skopeo's logout. */
export const logout = defineCommand({
	name: 'logout',
	describe: 'Forget the login of a registry, with skopeo logout',
	examples: [['tsbox logout ghcr.io', 'one registry']],
	options: {},
	positionals: [{name: 'REGISTRY', describe: 'Host and port, such as ghcr.io', required: true, completes: 'none'}],
	run({positionals: [registry = '']}, context) {
		refuseOption(registry);
		return signIn('logout', ['--', registry], context);
	},
});
