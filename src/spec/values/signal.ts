import {constants} from 'node:os';
import {didYouMean} from '../../errors/did-you-mean.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** Parses a signal by name or number, with or without SIG, like kill(1): `SIGTERM`, `TERM`, `15`, `SIGRTMIN+3`. */
export function parseSignal(signal: string | number): Parsed<string> {
	const text = String(signal).trim().toUpperCase();
	const known = Object.entries(constants.signals);
	const byNumber = /^\d+$/.test(text)
		? (known.find(([, number]) => number === Number(text))?.[0] ?? realTimeSignal(Number(text)))
		: undefined;
	const name = byNumber ?? (text.startsWith('SIG') ? text : `SIG${text}`);
	const realTime = /^SIGRT(?:MIN\+(\d{1,2})|MAX-(\d{1,2}))$/.exec(name);
	// In glibc the real-time signals are 34 to 64; signal(7).
	const inRange = realTime !== null && Number(realTime[1] ?? realTime[2]) <= 30;
	if (known.some(([other]) => other === name) || inRange || name === 'SIGRTMIN' || name === 'SIGRTMAX') {
		return good(name);
	}
	// Names are compared without SIG, because the shared prefix would make all of them look similar.
	const near = didYouMean(
		name.slice(3),
		known.map(([other]) => other.slice(3)),
	);
	return bad(
		`must be a signal such as \`SIGTERM\`, not ${quoted(signal)}`,
		near === undefined ? 'see `kill -l` for their names' : `did you mean \`SIG${near}\`?`,
	);
}

/** The name of a real-time signal of glibc: systemd in an image is stopped by 37. */
function realTimeSignal(number: number): string | undefined {
	return number < 34 || number > 64 ? undefined : number === 34 ? 'SIGRTMIN' : `SIGRTMIN+${number - 34}`;
}
