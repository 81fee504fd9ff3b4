/**
 * The terminal as Ink may see it: one without a last line. Ink 6 clears the scrollback of the user whenever its frame is
 * as tall as the terminal, also when the terminal was made smaller a moment ago (vadimdemedes/ink issue 935).
 */
export function endlessScreen(screen: NodeJS.WriteStream): NodeJS.WriteStream {
	return new Proxy(screen, {
		get: (target, key) => {
			if (key === 'rows') return Number.POSITIVE_INFINITY;
			const value: unknown = Reflect.get(target, key);
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});
}
