import type {Measure} from '../../../view/text/look.ts';
import type {Surround} from '../model/pane.ts';
import type {ViewSettings} from '../model/settings.ts';
import type {DashSource} from '../model/source.ts';
import type {SampleHistory} from '../../tabs/history.ts';

/** What panes work with. */
export interface PaneDesk {
	readonly source: DashSource;
	readonly history: SampleHistory;
	readonly surround: Surround & {readonly width: Measure};
	readonly settings: () => ViewSettings;
	readonly change: (settings: Partial<ViewSettings>) => void;
}
