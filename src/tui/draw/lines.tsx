import {Box, Text} from 'ink';
import type {Line} from './line.ts';
import {paint, type ThemeName} from './palette.ts';

/** Draws lines, each in one row: they are as wide as their part of the screen already. */
export function Lines({lines, theme}: {readonly lines: readonly Line[]; readonly theme: ThemeName}) {
	return (
		<Box flexDirection="column" flexShrink={0}>
			{lines.map((line, row) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a row of a screen is its place
				<Text key={row} wrap="truncate-end">
					{paint(line, theme)}
				</Text>
			))}
		</Box>
	);
}
