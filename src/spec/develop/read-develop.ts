import type {WatchRule} from '../model/watch-rule.ts';
import {bad, good, type Parsed} from '../model/parsed.ts';
import {type Picker, present} from '../syntax/pick.ts';
import type {DevelopInput} from './develop-schema.ts';

type RuleInput = NonNullable<DevelopInput['watch']>[number];

/**
 * Reads `develop.watch`. Problems go to the picker.
 *
 * @param resolve - makes a host path absolute
 */
export function readDevelop(
	{watch = []}: DevelopInput,
	picker: Picker,
	resolve: (path: string) => Parsed<string>,
): readonly WatchRule[] {
	return watch.flatMap((input, at) => {
		const checked = check(input);
		const path = checked.ok ? resolve(input.path) : checked;
		if (path.ok) return [ruleOf(input, path.value)];
		picker.invalid(picker.places.value(['develop', 'watch', at]), `\`develop.watch.${at}\` ${path.problem}`, path.hint);
		return [];
	});
}

function check({action, target, exec}: RuleInput): Parsed<undefined> {
	if (action.startsWith('sync') && target === undefined)
		return bad(
			`has \`action: ${action}\` and no \`target\``,
			'write where the files are in the container: `target: /app`',
		);
	if (action === 'sync+exec' && exec === undefined)
		return bad('has `action: sync+exec` and no `exec`', 'write what to run: `exec: {command: [program, ...]}`');
	if (action !== 'sync+exec' && exec !== undefined)
		return bad(`has \`exec\`, which \`action: ${action}\` does not run`, 'write `action: sync+exec`');
	return good(undefined);
}

function ruleOf({action, target, ignore, include, initial_sync: initialSync = false, exec}: RuleInput, path: string) {
	return {
		action,
		path,
		ignore: listOf(ignore),
		include: listOf(include),
		initialSync,
		...present({target: action.startsWith('sync') ? target : undefined, exec}),
	} satisfies WatchRule;
}

function listOf(words: string | readonly string[] | undefined): readonly string[] {
	return typeof words === 'string' ? [words] : (words ?? []);
}
