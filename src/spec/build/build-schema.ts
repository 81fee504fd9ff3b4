import * as z from 'zod/mini';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';
import {parseBoolean} from '../syntax/scalar.ts';
import {ignoredKeys} from '../compose/ignored-keys.ts';
import {described, hosts, key, mapOrList, parsedBy, text, textOrBoolean, texts} from '../values/schema-parts.ts';
import {parsePositiveSize} from '../values/size.ts';
import {sizeText} from '../values/spelled-values.ts';
import {ulimits} from '../limits/ulimit-schema.ts';

const flag = parsedBy(textOrBoolean, parseBoolean);

const secret = z.union(
	[
		text,
		z.strictObject({
			source: described('The secret: its key under the `secrets` of the file.', text),
			target: key('The id that the Dockerfile has; `source` by default.', text),
			uid: key('Accepted for compose; the Dockerfile decides.', z.union([z.string(), z.number()])),
			gid: key('Accepted for compose; the Dockerfile decides.', z.union([z.string(), z.number()])),
			mode: key('Accepted for compose; the Dockerfile decides.', z.union([z.string(), z.number()])),
		}),
	],
	{error: 'must be the name of a secret, or a map with `source`'},
);

const network = parsedBy(text, (word): Parsed<'none' | 'host' | undefined> => {
	if (word === 'none' || word === 'host') return good(word);
	if (word === 'default' || word === 'bridge') return good(undefined);
	return bad(
		`is ${quoted(word)}, and commands of a build have the network of the machine, or none`,
		'write `default`, `host` or `none`',
	);
});

const longForm = z.strictObject(
	{
		context: key(
			'The folder with the files, that of the spec by default; or a repository of Git, `URL.git#REF:FOLDER`.',
			text,
			'./app',
		),
		dockerfile: key('The Dockerfile, relative to the context.', text, 'Dockerfile.dev'),
		dockerfile_inline: key('The text of the Dockerfile.', text, 'FROM alpine\nRUN apk add curl\n'),
		target: key('Build up to this stage; the last one by default.', text),
		args: key('Values of ARG; a name without a value takes it from the caller.', mapOrList),
		labels: key('Labels of the image.', mapOrList),
		tags: key('More names of the image.', texts),
		additional_contexts: key(
			'More folders and images that the Dockerfile may name: a path, `docker-image://NAME`, or `service:NAME`.',
			mapOrList,
		),
		secrets: key('Secrets for `RUN --mount=type=secret`.', z.array(secret, {error: 'must be a list'})),
		ssh: key(
			'Agents for `RUN --mount=type=ssh`: `default`, or `ID=SOCKET`.',
			z.union([parsedBy(text, (word): Parsed<string[]> => good([word])), mapOrList]),
		),
		network: key('The network of its commands: `default`, `host` or `none`.', network),
		platforms: key('The platform of the image; only that of this machine.', texts),
		no_cache: key('Use no layer of an earlier build.', flag),
		no_cache_filter: key(
			'Stages that are built again; all stages are then.',
			z.union([parsedBy(text, (word): Parsed<string[]> => good([word])), texts]),
		),
		pull: key('Ask registries for newer base images.', flag),
		shm_size: key('The size of /dev/shm of its commands.', parsedBy(sizeText, parsePositiveSize)),
		extra_hosts: key('More names in /etc/hosts of its commands: `NAME=ADDRESS`.', hosts),
		ulimits: key('Limits of setrlimit(2) of its commands.', ulimits),
		privileged: key('Isolate its commands from nothing.', flag),
		...ignoredKeys('services.*.build'),
	},
	{error: 'must be a map'},
);

/** `build`: a folder, or a map. */
export const buildSchema = z.union([text, longForm], {error: 'must be a folder, or a map with `context`'});

/** The output of {@link buildSchema}. */
export type BuildInput = z.output<typeof buildSchema>;
