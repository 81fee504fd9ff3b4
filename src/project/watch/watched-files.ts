import {resolve, sep} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Host} from '../../host/host.ts';
import {excludeRules, type IgnoreRules, nothingIgnored, readIgnoreFile} from '../../build/context/ignore-rules.ts';
import {BadPattern} from '../../build/context/path-pattern.ts';
import {dockerfileText, textInFolder} from '../../build/services/dockerfile-text.ts';
import type {BuildSource} from '../../spec/model/build-source.ts';
import type {WatchRule} from '../../spec/model/watch-rule.ts';

/** The files of a rule that are watched. Paths are relative to {@link root}, whose own is empty. */
export interface WatchedFiles {
	/** Absolute and real path of a folder, or of a file. */
	readonly root: string;
	readonly holds: (path: string) => boolean;
	/** Whether files below a folder may be watched. */
	readonly mayHoldBelow: (folder: string) => boolean;
}

/**
 * What editors write beside the files that are edited, and what Git keeps. Source: docker/compose, pkg/watch/ephemeral.go.
 */
const passing = excludeRules([
	'**/.git',
	'**/.idea',
	'**/*___jb_old___',
	'**/*___jb_tmp___',
	'**/.#*',
	'**/#*#',
	'**/*~',
	'**/.*.kate-swp',
	'**/.*.sw[a-p]',
	'**/.*.swx',
	'**/4913',
	'**/.goutputstream-*',
	'**/.DS_Store',
]);

/**
 * The files of a rule: what `ignore`, the `.dockerignore` of the build, editors and Git leave over, and of these what `include` names.
 *
 * @throws TsboxError E_SPEC_INVALID for a path that does not exist, a pattern that cannot be read, and a rebuild without `build`;
 * E_DOCKERFILE.
 */
export function watchedFiles(
	host: Host,
	service: string,
	{action, path, ignore, include}: WatchRule,
	build: BuildSource | undefined,
): WatchedFiles {
	if (action === 'rebuild' && build === undefined)
		throw new TsboxError(
			'E_SPEC_INVALID',
			`${service}: \`develop.watch\` has \`action: rebuild\`, and the service has no \`build\``,
			{
				hint: 'write `build`, or another `action`',
			},
		);
	const root = host.realpath(path);
	if (root === undefined)
		throw new TsboxError('E_SPEC_INVALID', `${service}: \`develop.watch\` names ${path}, which does not exist`, {
			hint: 'create it, or correct its path in the spec',
		});
	const own = rulesOf(service, ignore);
	const wanted = include.length === 0 ? undefined : rulesOf(service, include);
	// No file of this machine is in a repository.
	const context = build === undefined || build.repository !== undefined ? undefined : ignoredByBuild(host, build);
	const inContext = (rel: string): string | undefined => {
		if (context === undefined) return undefined;
		const at = resolve(root, rel);
		return at.startsWith(`${context.folder}${sep}`) ? at.slice(context.folder.length + 1) : undefined;
	};
	const isOut = (rules: IgnoreRules, rel: string | undefined): boolean =>
		rel !== undefined && rel !== '' && rules.excludes(rel);
	const mayBeIn = (rules: IgnoreRules, rel: string | undefined): boolean =>
		rel === undefined || rel === '' || !rules.excludes(rel) || rules.mayIncludeBelow(rel);
	const ofContext = context?.rules ?? nothingIgnored;
	return {
		root,
		holds: rel =>
			!isOut(passing, rel) &&
			!isOut(own, rel) &&
			!isOut(ofContext, inContext(rel)) &&
			(wanted === undefined || rel === '' || wanted.excludes(rel)),
		mayHoldBelow: rel => !isOut(passing, rel) && mayBeIn(own, rel) && mayBeIn(ofContext, inContext(rel)),
	};
}

function rulesOf(service: string, patterns: readonly string[]): IgnoreRules {
	try {
		return excludeRules(patterns);
	} catch (error) {
		if (!(error instanceof BadPattern)) throw error;
		throw new TsboxError('E_SPEC_INVALID', `${service}: \`develop.watch\`: ${error.message}`, {
			hint: 'write patterns as in `.dockerignore`',
		});
	}
}

function ignoredByBuild(host: Host, {context, dockerfile}: BuildSource) {
	const file = 'file' in dockerfile ? dockerfile.file : resolve(context, 'Dockerfile');
	const read = (path: string): string | undefined =>
		// Only the file of what is left out matters here: a build says what is wrong with the other.
		path === file ? '' : textInFolder(host, path);
	const {ignoreFile} = dockerfileText({file, folder: context, cwd: context, hint: '', read});
	return {
		folder: host.realpath(context) ?? context,
		rules: ignoreFile === undefined ? nothingIgnored : readIgnoreFile(ignoreFile),
	};
}
