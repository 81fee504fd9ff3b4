import {expect, test} from 'vitest';
import {serviceKeys} from '../keys/service-keys.ts';
import {exampleText, sampleNames, sampleSpecs} from './sample-spec.ts';

const keys = Object.keys(serviceKeys);

test.each(sampleNames)('the example of %s is read, and makes a difference', name => {
	const {without, with: after} = sampleSpecs(name);
	const told = ({services, watched}: typeof without) => ({
		services: services.map(service => ({...service, origins: {}})),
		watched,
	});
	expect(told(after)).not.toEqual(told(without));
});

test('an example is shown with the keys that it needs', () => {
	expect(exampleText('memswap_limit')).toBe('mem_limit: 100m\nmemswap_limit: 100m\n');
	expect(exampleText('volumes')).toBe('volumes:\n  - ./data:/data:ro\n');
});

test('each key has an example', () => {
	expect(keys.filter(key => exampleText(key).trim() === `${key}:`)).toEqual([]);
});
