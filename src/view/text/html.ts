const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

// C0 and C1 controls except tab and line feed, and characters that reorder or hide text. HTML cannot represent most of them.
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Escapes text for HTML content and for quoted attribute values. */
export function escapeHtml(text: string): string {
	return text
		.replace(unsafe, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
		.replace(/[&<>"']/g, character => entities[character] ?? '');
}
