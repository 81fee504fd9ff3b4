import {expect, test} from 'vitest';
import {withoutUnused} from './unused-entries.ts';

const foreign = {
	networks: {
		front: {driver: 'weave'},
		back: {ipam: {options: {a: 'b'}}},
		plain: {driver: 'bridge'},
		default: {driver: 'weave'},
	},
	volumes: {data: {driver: 'nfs'}, own: {driver: 'local'}},
	secrets: {key: {external: true}, file: {file: './key'}},
	configs: {conf: {template_driver: 'x'}, no: {external: 'false', content: ''}},
	models: {llm: {model: 'x'}},
};

test('what tsbox has not and no service uses is left out, with a warning', () => {
	const {file, warnings} = withoutUnused({...foreign, services: {web: {image: 'a'}}});
	expect(file).toEqual({
		networks: {plain: {driver: 'bridge'}, default: {driver: 'weave'}},
		volumes: {own: {driver: 'local'}},
		secrets: {file: {file: './key'}},
		configs: {no: {external: 'false', content: ''}},
		services: {web: {image: 'a'}},
	});
	expect(warnings.map(({text}) => text.split(' ', 1)[0])).toEqual(
		['networks.front', 'networks.back', 'volumes.data', 'secrets.key', 'configs.conf', 'models'].map(
			name => `\`${name}\``,
		),
	);
});

test('what a service uses stays, to be refused', () => {
	const services = {
		web: {
			networks: {front: null},
			volumes: ['data:/d'],
			secrets: ['key'],
			configs: [{source: 'conf'}],
			models: ['llm'],
		},
		db: {networks: ['back']},
	};
	expect(withoutUnused({...foreign, services})).toEqual({file: {...foreign, services}, warnings: []});
	const build = {
		...foreign,
		services: {web: {...services.web, secrets: [], build: {secrets: ['key']}}, db: services.db},
	};
	expect(withoutUnused(build).warnings).toEqual([]);
});
