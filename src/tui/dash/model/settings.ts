import type {DashConfig} from '../../../spec/config/dash-config.ts';
import {dashColumns as columnNames} from '../../../spec/config/dash-words.ts';
import type {ColumnName, Sort} from './rows.ts';
import {type TabName, tabNames} from './tabs.ts';

/** Which panes are visible. */
export type Zoom = 'both' | 'list' | 'detail';

/** View settings that are stored for the next run. */
export interface ViewSettings {
	readonly sort: Sort;
	readonly grouped: boolean;
	readonly ended: boolean;
	readonly folded: readonly string[];
	readonly columns: readonly ColumnName[];
	readonly tab: TabName;
	readonly mouse: boolean;
	readonly wrap: boolean;
	readonly timestamps: boolean;
	/** Time window of the plots, ms. */
	readonly windowMs: number;
}

/** Available time windows of the plots, ms. */
export const plotWindows = [60_000, 300_000, 900_000, 3_600_000] as const;

/** The default settings. */
export const firstSettings: ViewSettings = {
	sort: {column: 'name', descending: false},
	grouped: true,
	ended: true,
	folded: [],
	columns: columnNames.filter(name => name !== 'image' && name !== 'command'),
	tab: 'logs',
	mouse: true,
	wrap: false,
	timestamps: false,
	windowMs: 60_000,
};

/** Parses stored settings. Values that are unreadable or no longer valid get their defaults. */
export function readSettings(text: string | undefined, config: DashConfig): ViewSettings {
	let kept: Partial<Record<keyof ViewSettings, unknown>> = {};
	try {
		const value: unknown = JSON.parse(text ?? '{}');
		if (typeof value === 'object' && value !== null) kept = value;
	} catch {}
	const flag = (key: 'grouped' | 'ended' | 'mouse' | 'wrap' | 'timestamps'): boolean =>
		typeof kept[key] === 'boolean'
			? kept[key]
			: config.mouse !== undefined && key === 'mouse'
				? config.mouse
				: firstSettings[key];
	const columns = columnList(kept.columns);
	return {
		sort: sortOf(kept.sort),
		grouped: flag('grouped'),
		ended: flag('ended'),
		mouse: flag('mouse'),
		wrap: flag('wrap'),
		timestamps: flag('timestamps'),
		folded: Array.isArray(kept.folded) ? kept.folded.filter(name => typeof name === 'string') : [],
		columns: columns ?? config.columns ?? firstSettings.columns,
		tab: tabNames.find(name => name === kept.tab) ?? firstSettings.tab,
		windowMs: plotWindows.find(ms => ms === kept.windowMs) ?? firstSettings.windowMs,
	};
}

function columnList(value: unknown): readonly ColumnName[] | undefined {
	if (!Array.isArray(value)) return undefined;
	const known = value.flatMap(name => columnNames.filter(each => each === name));
	return known.includes('name') ? known : undefined;
}

function sortOf(value: unknown): Sort {
	if (typeof value !== 'object' || value === null) return firstSettings.sort;
	const {column, descending} = value as {readonly column?: unknown; readonly descending?: unknown};
	const known = columnNames.find(name => name === column);
	return known === undefined ? firstSettings.sort : {column: known, descending: descending === true};
}
