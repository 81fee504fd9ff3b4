import {expect, test} from 'vitest';
import {advice} from '../src/errors/causes.ts';
import {errorCodes} from '../src/errors/codes.ts';
import {exitStatuses} from '../src/errors/exit-statuses.ts';

/** The page that people read; `npm run golden` writes it anew. */
function page(): string {
	const rows = Object.entries(errorCodes).map(
		([code, {exitStatus, meaning}]) => `| ${exitStatus} | ${code} | ${meaning} |`,
	);
	const causes = Object.entries(advice).map(([code, {causes, hint}]) => `| ${code} | ${causes.join('; ')} | ${hint} |`);
	return `# Exit codes

\`tsbox up\`, \`run\` and \`exec\` exit with the status of their command, or with 128+N after signal N.

| status | what it means |
| --: | :-- |
${exitStatuses.map(([status, meaning]) => `| ${status} | ${meaning} |`).join('\n')}

125 to 127 are those of docker-run(1) and podman-run(1). Each error has a code; \`--json\` prints it.

| status | code | what it means |
| --: | :-- | :-- |
${rows.join('\n')}

## Usual causes

\`tsbox explain CODE\` prints the row of an error. The error itself names its cause on this machine.

| code | usual causes | what to do |
| :-- | :-- | :-- |
${causes.join('\n')}
`;
}

test('docs/exit-codes.md is what the table of codes says', async () => {
	await expect(page()).toMatchFileSnapshot('../docs/exit-codes.md');
});
