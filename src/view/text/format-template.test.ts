import {expect, test} from 'vitest';
import {formatRows, formatTemplate} from './format-template.ts';

const row = {
	name: 'web',
	exitCode: 7,
	usedBy: ['a', 'b'],
	memory: {used: 12, limit: null},
	odd: '\u001b[31m',
	at: null,
};

test.each([
	['{{.Name}} {{ .name }}', 'web web'],
	['{{.ExitCode}}', '7'],
	['{{.Memory.Used}}/{{.memory.limit}}', '12/'],
	['{{.At.Anything}}', ''],
	['{{.UsedBy}} {{join .UsedBy}}', '["a","b"] a, b'],
	['{{upper .Name}} {{.Name | title}} {{.Name | upper | lower}}', 'WEB Web web'],
	['{{json .Memory}}', '{"used":12,"limit":null}'],
	['{{.Odd}} {{json .Odd}}', '\\x1b[31m "\\u001b[31m"'],
	['a\\tb\\nc', 'a\tb\nc'],
	['{{json .}}', JSON.stringify(row)],
])('%s gives %s', (template, text) => {
	expect(formatTemplate(template, row)).toBe(text);
});

test.each([
	['{{.Nam}}', 'did you mean name?'],
	['{{.Memory.Usd}}', 'did you mean used?'],
	['{{uper .Name}}', 'did you mean upper?'],
	['{{.Memory.Xyz}}', 'Use one of used, limit'],
	['{{.Name.First}}', 'It has no fields'],
	['{{Name}}', 'write {{.Name}}, {{.Memory.Used}}, {{json .}} or {{upper .Name}}'],
	['{{.Name', 'write {{.Name}}, {{.Memory.Used}}, {{json .}} or {{upper .Name}}'],
	['{{.Name}} {{.Memory', 'write {{.Name}}, {{.Memory.Used}}, {{json .}} or {{upper .Name}}'],
])('%s is refused: %s', (template, hint) => {
	expect(() => formatTemplate(template, row)).toThrow(expect.objectContaining({code: 'E_USAGE', hint}));
});

test('a table has a heading even without rows, and an unknown field is reported', () => {
	const rows = [row, {...row, name: 'a-long-name'}];
	const width = (text: string): number => text.length;
	expect(formatRows('table {{.Name}}\\t{{.ExitCode}}\\t{{.Memory.Used}}', rows, row, width)).toMatchInlineSnapshot(`
		"NAME         EXIT CODE  USED
		web          7          12
		a-long-name  7          12
		"
	`);
	expect(formatRows('table {{.Name}}', [], row, width)).toBe('NAME\n');
	expect(() => formatRows('{{.Nothing}}', [], row, width)).toThrow('no field is named "Nothing"');
});
