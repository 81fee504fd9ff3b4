import {styleText} from 'node:util';

/** Words for what a text means; no reader names a colour. Each gives its text back, styled or not. */
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

/** The theme with colours, those of a light terminal where asked for, or the one that leaves every text as it is. */
export function theme(colour: boolean, isLight = false): Theme {
	const style = (styles: Styles) => (text: string) =>
		// Whether to colour was decided by hasColour; newer Nodes would decide again, by standard output alone.
		colour ? styleText(styles, text, {validateStream: false}) : text;
	return {
		ok: style('green'),
		failed: style(['bold', 'red']),
		// Yellow and cyan can't be read on white.
		warning: style(isLight ? 'magenta' : 'yellow'),
		heading: style(['bold', 'underline']),
		strong: style('bold'),
		command: style(isLight ? 'blue' : 'cyan'),
		quiet: style('dim'),
	};
}

/**
 * Whether a stream gets colours: FORCE_COLOR and NO_COLOR decide, in this order; then it must be a terminal that is not
 * dumb, and no CI job's. Sources: no-color.org, force-color.org.
 */
export function hasColour(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
	const forced = env['FORCE_COLOR'];
	if (forced !== undefined) return forced !== '0' && forced !== 'false';
	if (env['NO_COLOR']) return false;
	return isTerminal && isCapable(env);
}

/** Whether a terminal can be redrawn: it is not dumb and nobody but a log of a CI job reads it. */
export function isCapable(env: Readonly<Record<string, string | undefined>>): boolean {
	return env['TERM'] !== 'dumb' && (env['CI'] === undefined || env['CI'] === '' || env['CI'] === 'false');
}
