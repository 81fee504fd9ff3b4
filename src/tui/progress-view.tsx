import {Box, Text} from 'ink';
import type {Line, LineRole} from './progress-lines.ts';

interface Look {
	readonly color?: string;
	readonly bold?: boolean;
	readonly dimColor?: boolean;
}

const looks: Readonly<Record<LineRole, Look>> = {
	title: {bold: true},
	done: {color: 'green'},
	running: {color: 'cyan'},
	waiting: {dimColor: true},
	failed: {color: 'red', bold: true},
	undone: {color: 'yellow'},
	command: {dimColor: true},
	output: {},
	warning: {color: 'yellow'},
};

/** What {@link ProgressView} draws. */
export interface ProgressViewProps {
	readonly lines: readonly Line[];
	readonly columns: number;
	readonly isAscii: boolean;
}

/** Draws the lines of a frame, each on one line of the terminal whatever its length. */
export function ProgressView({lines, columns, isAscii}: ProgressViewProps) {
	// Ink marks a cut with an ellipsis that not every locale has; there what is too long is wrapped out of sight.
	const wrap = isAscii ? 'wrap' : 'truncate-end';
	return (
		<Box flexDirection="column" width={columns}>
			{lines.map(({key, role, text, aside}) => (
				<Box key={key} height={1} overflow="hidden" justifyContent="space-between">
					<Box flexShrink={1}>
						<Text {...looks[role]} wrap={wrap}>
							{text}
						</Text>
					</Box>
					<Box flexShrink={0}>
						<Text dimColor>{aside === '' ? '' : `  ${aside}`}</Text>
					</Box>
				</Box>
			))}
		</Box>
	);
}
