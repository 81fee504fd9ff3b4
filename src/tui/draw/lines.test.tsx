import {stripVTControlCharacters} from 'node:util';
import {render} from 'ink-testing-library';
import {expect, test} from 'vitest';
import {planTab} from '../tabs/plan-tab.ts';
import {plainText, sampleFrame} from '../../../test/support/sample-frame.ts';
import {startedStory} from '../../../test/support/sample-story.ts';
import {fitLine} from './fit.ts';
import {Lines} from './lines.tsx';
import type {ThemeName} from './palette.ts';

const frame = sampleFrame(60);
const lines = planTab(startedStory, {cursor: 1, opened: new Set(), folds: false}, frame).lines.map(line =>
	fitLine(line, frame.columns, frame),
);

function draw(theme: ThemeName): string {
	const {lastFrame, unmount} = render(<Lines lines={lines} theme={theme} />);
	const drawn = lastFrame() ?? '';
	unmount();
	return drawn;
}

test('the lines of a tab are the rows of the screen, in each look', () => {
	for (const theme of ['dark', 'light', 'none'] as const) {
		const rows = stripVTControlCharacters(draw(theme)).split('\n');
		expect(rows.map(row => row.trimEnd()).join('\n')).toBe(plainText(lines));
	}
});

test('the cursor is seen without colours', () => {
	expect(draw('none')).toContain('\u001b[7mstart the first process');
	expect(draw('none')).not.toMatch(/\u001b\[[39]\dm/);
	expect(draw('dark')).toContain('\u001b[36m');
});
