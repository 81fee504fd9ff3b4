import type {SourceText} from '../../spec/syntax/source-text.ts';
import {dockerfileError} from '../syntax/dockerfile-error.ts';
import {physicalLines} from '../syntax/physical-lines.ts';
import {cleanPath} from './clean-path.ts';
import {BadPattern, compilePattern, type PathMatcher} from './path-pattern.ts';

/** Which files of a context a build does not see. */
export interface IgnoreRules {
	/** Whether a path, relative to the context, is left out. */
	readonly excludes: (path: string) => boolean;
	/** Whether a file below an excluded folder may be in again. */
	readonly mayIncludeBelow: (folder: string) => boolean;
}

interface Rule {
	readonly matches: PathMatcher;
	readonly isException: boolean;
	/** The folders and the name of an exception before its first wildcard. */
	readonly literal: string;
}

/** Rules that leave nothing out. */
export const nothingIgnored: IgnoreRules = {excludes: () => false, mayIncludeBelow: () => true};

/**
 * Reads a `.dockerignore`. Source: Dockerfile reference, ".dockerignore files"; moby/patternmatcher. It is not like `.gitignore`: a
 * pattern begins at the root of the context, and the last one that matches a path or a folder above it decides.
 * @throws E_DOCKERFILE for a pattern that cannot be read
 */
export function readIgnoreFile(source: SourceText): IgnoreRules {
	const rules = physicalLines(source.text).flatMap(({text, offset}) => {
		if (text.startsWith('#') || text.trim() === '') return [];
		try {
			return readRule(text.trim());
		} catch (error) {
			if (!(error instanceof BadPattern)) throw error;
			throw dockerfileError(source, {start: offset, end: offset + text.length}, error.message);
		}
	});
	return rulesOf(rules);
}

/** The rules of `--exclude`. @throws BadPattern */
export function excludeRules(patterns: readonly string[]): IgnoreRules {
	return rulesOf(patterns.flatMap(pattern => readRule(pattern.trim())));
}

function readRule(pattern: string): readonly Rule[] {
	const isException = pattern.startsWith('!');
	const written = isException ? pattern.slice(1).trim() : pattern;
	if (written === '') throw new BadPattern(pattern, 'has nothing behind its `!`');
	const clean = cleanPath(written);
	const path = clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean;
	return [{matches: compilePattern(path, {deep: true}), isException, literal: path.split(/[*?[\\]/)[0] ?? ''}];
}

function rulesOf(rules: readonly Rule[]): IgnoreRules {
	const exceptions = rules.filter(rule => rule.isException);
	return {
		excludes: path => {
			// A rule also holds for everything below a folder that it matches.
			const paths = withFoldersAbove(path);
			return rules.reduce(
				(isOut, {matches, isException}) => (isException === isOut && paths.some(matches) ? !isException : isOut),
				false,
			);
		},
		mayIncludeBelow: folder => {
			const below = `${folder}/`;
			return exceptions.some(({literal}) => literal.startsWith(below) || below.startsWith(literal));
		},
	};
}

/** `a/b/c` gives `a/b/c`, `a`, `a/b`. */
function withFoldersAbove(path: string): readonly string[] {
	const paths = [path];
	for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) paths.push(path.slice(0, at));
	return paths;
}
