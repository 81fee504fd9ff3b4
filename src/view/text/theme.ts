import {styleText} from 'node:util';

/** Styles by meaning, so that callers name no color. Each returns its text, styled or not. */
export interface Theme {
	readonly ok: (text: string) => string;
	readonly failed: (text: string) => string;
	readonly warning: (text: string) => string;
	readonly heading: (text: string) => string;
	readonly strong: (text: string) => string;
	readonly command: (text: string) => string;
	readonly quiet: (text: string) => string;
}

type Styles = Parameters<typeof styleText>[0];

/** The theme with colors, for a dark or light terminal, or the theme that leaves text plain. */
export function theme(colour: boolean, isLight = false): Theme {
	const style = (styles: Styles) => (text: string) =>
		// hasColour has decided. Newer Nodes would decide again by looking at standard output only.
		colour ? styleText(styles, text, {validateStream: false}) : text;
	return {
		ok: style('green'),
		failed: style(['bold', 'red']),
		// Yellow and cyan are hard to read on white.
		warning: style(isLight ? 'magenta' : 'yellow'),
		heading: style(['bold', 'underline']),
		strong: style('bold'),
		command: style(isLight ? 'blue' : 'cyan'),
		quiet: style('dim'),
	};
}

/**
 * Whether a stream gets colors. FORCE_COLOR decides first, then NO_COLOR. Otherwise the stream must be a terminal that is not
 * dumb, outside of CI. Sources: no-color.org, force-color.org.
 */
export function hasColour(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
	const forced = env['FORCE_COLOR'];
	if (forced !== undefined) return forced !== '0' && forced !== 'false';
	if (env['NO_COLOR']) return false;
	return isTerminal && isCapable(env);
}

/** Whether the terminal can be redrawn: it is not dumb, and not the log of a CI job. */
export function isCapable(env: Readonly<Record<string, string | undefined>>): boolean {
	return env['TERM'] !== 'dumb' && (env['CI'] === undefined || env['CI'] === '' || env['CI'] === 'false');
}
