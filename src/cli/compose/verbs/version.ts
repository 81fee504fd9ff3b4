import {jsonText} from '../../../view/text/json.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';

/** `tsbox compose version`. */
export const version = defineComposeVerb({
	name: 'version',
	describe: 'Print the version of tsbox',
	examples: [['tsbox compose version --short', 'only the number']],
	options: {
		format: {kind: 'text', short: 'f', value: 'FORMAT', choices: ['pretty', 'json'], describe: 'pretty or json'},
		short: {kind: 'flag', describe: 'Print only the number'},
	},
	positionals: [],
	async run({values}, {io}) {
		const {version: number} = JSON.parse(io.own.read('package.json')) as {version: string};
		if (values.format === 'json') io.out(jsonText({version: values.short ? number : `v${number}`}));
		else io.out(values.short ? `${number}\n` : `tsbox compose version v${number}\n`);
		return 0;
	},
});
