import {usageError} from '../../options/usage-error.ts';
import {parseArguments} from '../../options/parse-arguments.ts';
import {defineComposeVerb} from '../parts/compose-verb.ts';
import {pickOptions, pullOptions} from '../parts/shared-options.ts';
import {up} from './up.ts';

/** `tsbox compose create`. */
export const create = defineComposeVerb({
	name: 'create',
	describe: 'Create containers without starting them',
	examples: [['tsbox compose create && tsbox compose start', 'in two steps']],
	options: {
		...pickOptions(up.options, ['build', 'force-recreate', 'no-recreate', 'remove-orphans', 'scale']),
		...pullOptions,
	},
	ignored: {yes: {kind: 'flag', short: 'y', why: 'tsbox asks no questions'}},
	dry: 'up',
	positionals: up.positionals,
	run: async ({values, positionals}, context) => {
		const all = {...parseArguments({...up, run: async () => 0}, []).values, ...values, 'no-start': true};
		return up.run({values: all, positionals, rest: undefined}, context);
	},
});

/** `tsbox compose scale`. */
export const scale = defineComposeVerb({
	name: 'scale',
	describe: 'Change the number of containers of services',
	examples: [['tsbox compose scale web=3 worker=0', 'two services']],
	options: pickOptions(up.options, ['no-deps']),
	dry: 'none',
	positionals: [{name: 'SERVICE=N', describe: 'Service and number', required: true, many: true, completes: 'service'}],
	run: async ({values, positionals: words}, context) => {
		const services = words.map(word => {
			const [, service] = /^([^=]+)=\d+$/.exec(word) ?? [];
			if (service === undefined) throw usageError(`${word} is not SERVICE=N`, undefined, 'compose scale');
			return service;
		});
		const options = parseArguments({...up, run: async () => 0}, []).values;
		const all = {...options, ...values, scale: words, detach: true, 'no-recreate': true};
		return up.run({values: all, positionals: services, rest: undefined}, context);
	},
});
