import * as z from 'zod/mini';
import {ignoredKeys} from '../compose/ignored-keys.ts';
import {bad, good, type Parsed} from '../model/parsed.ts';
import {numberIn, parseBoolean} from '../syntax/scalar.ts';
import {described, key, parsedBy, text, textOrBoolean, textOrNumber} from '../values/schema-parts.ts';

/** `external`: only false, because nothing is kept beside the spec. */
function external(kind: string) {
	const hint = 'name the file with `file`, or a variable with `environment`';
	return z.union(
		[
			parsedBy(textOrBoolean, (word): Parsed<false> => {
				const parsed = parseBoolean(word);
				if (!parsed.ok) return parsed;
				return parsed.value ? bad(`must not be true: tsbox keeps no ${kind}s`, hint) : good(false);
			}),
			parsedBy(
				z.strictObject({name: key('What it is called where it is kept.', text)}),
				(): Parsed<false> => bad(`must be false: tsbox keeps no ${kind}s`, hint),
			),
		],
		{error: 'must be `true` or `false`'},
	);
}

const secret = z.strictObject(
	{
		file: key('The file that holds it; relative to the folder of the spec.', text, './npm-token'),
		environment: key('The variable of the caller that holds it.', text, 'NPM_TOKEN'),
		...ignoredKeys('secrets.*'),
		external: key('Accepted when false: tsbox keeps no secrets.', external('secret')),
	},
	{error: 'must be a map with `file` or `environment`'},
);

const config = z.strictObject(
	{
		file: key('The file that holds it; relative to the folder of the spec.', text, './app.conf'),
		environment: key('The variable of the caller that holds it.', text, 'APP_CONF'),
		content: key('Its text.', text, 'port = 80\n'),
		...ignoredKeys('configs.*'),
		external: key('Accepted when false: tsbox keeps no configs.', external('config')),
	},
	{error: 'must be a map with `file`, `environment` or `content`'},
);

/** `secrets` at the top of a file with services. */
export const secretsSchema = z.nullable(z.record(z.string(), secret, {error: 'must be a map of secrets'}));

/** `configs` at the top of a file with services. */
export const configsSchema = z.nullable(z.record(z.string(), config, {error: 'must be a map of configs'}));

/** The output of {@link secretsSchema}. */
export type SecretsInput = z.output<typeof secretsSchema>;

/** The output of {@link configsSchema}. */
export type ConfigsInput = z.output<typeof configsSchema>;

const id = parsedBy(textOrNumber, numberIn({min: 0, max: 4_294_967_294}));

const entry = (where: string) =>
	z.union(
		[
			z.string(),
			z.strictObject({
				source: described('Its key at the top of the file.', text),
				target: key(`The path in the container, or a name below ${where}; \`source\` by default.`, text),
				uid: key('The number of the user that owns it; 0 by default.', id),
				gid: key('The number of its group; 0 by default.', id),
				mode: key('Its permission bits in octal; 0444 by default.', textOrNumber),
			}),
		],
		{error: 'must be a name, or a map with `source`'},
	);

/** `secrets` of a service. */
export const givenSecrets = z.array(entry('/run/secrets'), {error: 'must be a list'});

/** `configs` of a service. */
export const givenConfigs = z.array(entry('/'), {error: 'must be a list'});

/** The output of {@link givenSecrets} and {@link givenConfigs}. */
export type GivenInput = z.output<typeof givenSecrets>;
