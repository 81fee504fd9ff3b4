import fc from 'fast-check';
import {expect, test} from 'vitest';
import {BadExpansion} from '../../src/build/expand/bad-expansion.ts';
import {expandWord} from '../../src/build/expand/expand-word.ts';
import {readInstruction} from '../../src/build/instructions/read-instruction.ts';
import {offsetOf} from '../../src/build/syntax/dockerfile-error.ts';
import {parseDockerfile} from '../../src/build/syntax/parse-dockerfile.ts';
import {budget, mutated, orRefused, patience} from './budget.ts';

const samples = [
	`# syntax=docker/dockerfile:1
ARG NODE=20
FROM --platform=$BUILDPLATFORM node:\${NODE}-alpine AS build
WORKDIR /app
COPY package*.json ./
RUN --mount=type=cache,target=/root/.npm \\
    # with a lock file
    npm ci && \\

    npm run build
COPY <<-"EOF" <<B /etc/x/
	a $b
	EOF
c
B
FROM scratch
COPY --from=build --chown=1000:1000 --chmod=u=rwX /app/dist /srv
ENV A=1 B="two words" C=\${A:-x}
HEALTHCHECK --interval=5s --retries=3 CMD ["/check"]
ENTRYPOINT ["/srv/run"]
ONBUILD RUN <<E
x
E
`,
	'# escape=`\r\nFROM a\r\nRUN b `\r\n  c\r\nENV A b c\r\nVOLUME ["/a", "/b"]\r\nEXPOSE 80/tcp 90\r\nUSER x:y\r\n',
];
const hostile =
	'\\\n|\\\\\n|`\n|#|# escape=`\n|# syntax=x\n|<<|<<EOF|<<-|EOF\n|"|\'|[|["a"]|["a", 1]|--|--x|--from=|--mount=type=|${|${a:-|}|$|$$|\0|\r|\t|\u{feff}|\u2028|\u0085|ONBUILD |FROM |RUN |COPY |HEALTHCHECK |=|,|__proto__ a|constructor'.split(
		'|',
	);
/** Runs what may refuse a word, in the one way that is allowed. */
function orBad(act: () => void): void {
	try {
		act();
	} catch (error) {
		if (!(error instanceof BadExpansion)) throw error;
	}
}

const parse = (text: string) => parseDockerfile({file: '/h/Dockerfile', shown: 'Dockerfile', text});

test(
	'a damaged Dockerfile is read, the same each time and each instruction at its place, or refused by an error of ours',
	() => {
		fc.assert(
			fc.property(mutated(samples, hostile), text => {
				const parsed = orRefused(() => parse(text));
				expect(orRefused(() => parse(text))).toEqual(parsed);
				let line = 0;
				for (const raw of parsed?.instructions ?? []) {
					expect(raw.line).toBeGreaterThan(line);
					line = raw.endLine;
					const start = offsetOf(raw.pieces, 0);
					expect(text.slice(0, start).split('\n')).toHaveLength(raw.line);
					// The part of the text that its first line has stands in the file at that place.
					const part = raw.text.slice(0, raw.pieces[1]?.at);
					expect(text.slice(start, start + part.length)).toBe(part);
					orRefused(() => readInstruction(raw));
				}
			}),
			budget,
		);
	},
	patience,
);

test(
	'a word is expanded or refused, and quoting what has no meaning gives it back',
	() => {
		const word = mutated(['a$b${c:-d}\'e\' "f"\\g', '${x#*/}${y%%.*}${z//a/b}'], hostile);
		fc.assert(
			fc.property(word, text => {
				orBad(() => expandWord(text, name => (name.length > 1 ? undefined : 'v/w.x'), {escape: '\\'}));
				const single = text.replaceAll("'", '');
				expect(expandWord(`'${single}'`, () => 'x', {escape: '\\'}).text).toBe(single);
				const escaped = Array.from(text, character => `\\${character}`).join('');
				expect(expandWord(escaped, () => 'x', {escape: '\\'}).text).toBe(text);
			}),
			budget,
		);
	},
	patience,
);
