import {Box} from 'ink';
import {Lines} from '../draw/lines.tsx';
import type {ThemeName} from '../draw/palette.ts';
import {divider} from './compose.ts';
import type {Screen} from './screen.ts';

/** The whole screen of the dashboard. */
export function App({screen, theme, isAscii}: {readonly screen: Screen; readonly theme: ThemeName; readonly isAscii: boolean}) {
	const {layout, header, list, tabs, detail, commands, sheet, footer} = screen;
	return (
		<Box flexDirection="column" width={layout.header.columns}>
			<Lines lines={header} theme={theme} />
			<Box flexDirection={layout.sideBySide ? 'row' : 'column'}>
				<Lines lines={list} theme={theme} />
				{layout.sideBySide && <Lines lines={list.map(() => divider(isAscii))} theme={theme} />}
				<Box flexDirection="column">
					<Lines lines={tabs} theme={theme} />
					<Lines lines={detail} theme={theme} />
				</Box>
			</Box>
			<Lines lines={commands} theme={theme} />
			<Lines lines={sheet} theme={theme} />
			<Lines lines={footer} theme={theme} />
		</Box>
	);
}
