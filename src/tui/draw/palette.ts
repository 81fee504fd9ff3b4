import {styleText} from 'node:util';
import type {dashThemes} from '../../spec/config/dash-words.ts';
import type {Line, Tone} from './line.ts';

/** The name of a theme. `none` has no colors and distinguishes tones by bold, underline, and inverse. */
export type ThemeName = (typeof dashThemes)[number];

type Styles = Parameters<typeof styleText>[0];

const none: Readonly<Record<Tone, Styles>> = {
	plain: 'reset',
	quiet: 'dim',
	strong: 'bold',
	title: ['bold', 'underline'],
	ok: 'reset',
	warning: 'bold',
	failed: ['bold', 'underline'],
	accent: 'bold',
	command: 'reset',
	match: 'inverse',
	cursor: 'inverse',
	border: 'reset',
	alarm: 'reset',
};

const dark: Readonly<Record<Tone, Styles>> = {
	...none,
	ok: 'greenBright',
	warning: 'yellowBright',
	failed: ['bold', 'redBright'],
	accent: 'cyanBright',
	command: 'cyan',
	title: ['bold', 'cyanBright'],
	border: 'cyan',
	alarm: 'yellow',
};

// The bright colors of most terminals are unreadable on a white background.
const light: Readonly<Record<Tone, Styles>> = {
	...none,
	quiet: 'gray',
	ok: 'green',
	warning: ['bold', 'magenta'],
	failed: ['bold', 'red'],
	accent: 'blue',
	command: 'blue',
	title: ['bold', 'blue'],
	border: 'cyan',
	alarm: 'yellow',
};

const looks: Readonly<Record<ThemeName, Readonly<Record<Tone, Styles>>>> = {dark, light, none};

/** Renders a line with the escape sequences of a theme. */
export function paint(line: Line, theme: ThemeName): string {
	const look = looks[theme];
	return line
		.map(({text, tone}) =>
			look[tone] === 'reset' || text === '' ? text : styleText(look[tone], text, {validateStream: false}),
		)
		.join('');
}
