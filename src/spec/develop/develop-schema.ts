import * as z from 'zod/mini';
import {watchActions} from '../model/watch-rule.ts';
import {parseBoolean} from '../syntax/scalar.ts';
import {parseContainerPath} from '../values/container-path.ts';
import {hook} from '../values/hook.ts';
import {described, key, parsedBy, text, textOrBoolean, texts} from '../values/schema-parts.ts';

const patterns = z.union([text, texts], {error: 'must be text or a list of text'});

const rule = z.strictObject(
	{
		path: described('The file or folder; relative to the folder of the spec.', text, './src'),
		action: described(
			'`sync` copies what has changed, `restart` restarts the containers, `rebuild` builds the image and recreates them; `sync+restart` and `sync+exec` do something after the copy.',
			z.enum(watchActions, {error: `must be one of ${watchActions.map(each => `\`${each}\``).join(', ')}`}),
			'sync',
		),
		target: key('Where the files are in the container.', parsedBy(text, parseContainerPath), '/app/src'),
		ignore: key('Files that are not watched, as patterns of `.dockerignore` that begin at `path`.', patterns, [
			'node_modules/',
		]),
		include: key('The only files that are watched, as such patterns; all by default.', patterns, ['*.ts']),
		initial_sync: key(
			'Copy everything before watching begins; false by default.',
			parsedBy(textOrBoolean, parseBoolean),
		),
		exec: key('The command that `sync+exec` runs in the container.', hook),
	},
	{error: 'must be a map with `path` and `action`'},
);

/** The schema of `develop`. Source: Compose Specification, Develop. */
export const developSchema = z.strictObject(
	{watch: key('Files to watch, and what a change of them leads to.', z.array(rule, {error: 'must be a list'}))},
	{error: 'must be a map with `watch`'},
);

/** The output of {@link developSchema}. */
export type DevelopInput = z.output<typeof developSchema>;
