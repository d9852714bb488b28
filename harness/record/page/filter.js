/* The language of --filter, over results: AXIS=GLOB, memory<1G, case=, and here verdict=, class=, rule=, change=,
 * seconds>2; a value may be several, with commas between; and, or, not, ( ). What has no operator is looked for in ids
 * and reasons. Words side by side are joined with "and". */

const FIELDS = {
	case: (cell) => [cell.case],
	verdict: (cell) => [cell.verdict, cell.kind],
	class: (cell) => [cell.class || 'none'],
	rule: (cell) => cell.ruleList,
	change: (cell) => [cell.change || 'none'],
	seconds: (cell) => [String(cell.s)],
	why: (cell) => [cell.why || ''],
};

function valuesOf(cell, name) {
	return Object.hasOwn(FIELDS, name) ? FIELDS[name](cell) : cell.place.has(name) ? [cell.place.get(name)] : [];
}

function globTest(glob) {
	const pattern = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
	const regex = new RegExp('^' + pattern + '$', 'is');
	return (text) => regex.test(text);
}

const COMPARE = {
	'<': (a, b) => a < b,
	'<=': (a, b) => a <= b,
	'>': (a, b) => a > b,
	'>=': (a, b) => a >= b,
};

function fieldTest(name, operator, operand) {
	if (COMPARE[operator]) {
		const limit = sizeOf(operand);
		if (Number.isNaN(limit))
			throw new Error(name + operator + ': "' + operand + '" is no number and no size (512M)');
		return (cell) => valuesOf(cell, name).some((value) => COMPARE[operator](sizeOf(value), limit));
	}
	const tests = operand.split(',').map(globTest);
	const any = (cell) => valuesOf(cell, name).some((value) => tests.some((test) => test(value)));
	return operator === '!=' ? (cell) => !any(cell) : any;
}

function wordTest(word) {
	const match = /^([\w-]+)(!=|<=|>=|=|<|>|:)(.+)$/.exec(word);
	if (match && (Object.hasOwn(FIELDS, match[1]) || axes.includes(match[1])))
		return fieldTest(match[1], match[2] === ':' ? '=' : match[2], match[3]);
	if (match && match[2] !== ':')
		throw new Error('no axis is called "' + match[1] + '"');
	const text = word.toLowerCase();
	if (/[*?]/.test(word)) {
		const test = globTest(word);
		return (cell) => test(cell.id);
	}
	return (cell) => (cell.id + '\n' + (cell.reason || '') + '\n' + (cell.why || '')).toLowerCase().includes(text);
}

function tokensOf(text) {
	return text.replace(/\s*(!=|<=|>=|=|<|>)\s*/g, '$1').match(/\(|\)|&&|\|\||!(?!=)|(?:(?!&&|\|\|)[^\s()])+/g) || [];
}

/* or := and {"or" and}; and := factor {["and"] factor}; factor := "not" factor | "(" or ")" | word */
function parseFilter(text) {
	const tokens = tokensOf(text);
	let at = 0;
	const take = (...words) => words.includes(tokens[at]) && ++at > 0;

	function factor() {
		if (take('not', '!')) {
			const inner = factor();
			return (cell) => !inner(cell);
		}
		if (take('(')) {
			const inner = either();
			if (!take(')'))
				throw new Error('a ")" is missing');
			return inner;
		}
		if (at >= tokens.length || [')', 'and', 'or', '&&', '||'].includes(tokens[at]))
			throw new Error('something is missing ' + (at < tokens.length ? 'before "' + tokens[at] + '"' : 'at the end'));
		return wordTest(tokens[at++]);
	}
	function both() {
		let left = factor();
		while (at < tokens.length && tokens[at] !== ')' && tokens[at] !== 'or' && tokens[at] !== '||') {
			take('and', '&&');
			const first = left, second = factor();
			left = (cell) => first(cell) && second(cell);
		}
		return left;
	}
	function either() {
		let left = both();
		while (take('or', '||')) {
			const first = left, second = both();
			left = (cell) => first(cell) || second(cell);
		}
		return left;
	}

	if (!tokens.length)
		return () => true;
	const whole = either();
	if (at < tokens.length)
		throw new Error('a ")" too many');
	return whole;
}

/* Where "name=a,b" stands as a part of its own in a filter that is nothing but parts joined by "and"; -1 = nowhere. */
function ownPart(tokens, name) {
	let depth = 0;
	for (const token of tokens) {
		depth += (token === '(') - (token === ')');
		if (!depth && (token === 'or' || token === '||'))
			return -1;
	}
	return tokens.findIndex((token, i) => {
		depth += (token === '(') - (token === ')');
		return !depth && token.startsWith(name + '=') && tokens[i - 1] !== 'not' && tokens[i - 1] !== '!';
	});
}

/* The values that it asks for. */
function chosenIn(text, name) {
	const tokens = tokensOf(text), at = ownPart(tokens, name);
	return at < 0 ? [] : tokens[at].slice(name.length + 1).split(',');
}

/* The filter with one value more or less behind "name=". */
function toggled(text, name, value) {
	const tokens = tokensOf(text), at = ownPart(tokens, name), chosen = chosenIn(text, name);
	const now = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
	const part = name + '=' + now.join(',');
	if (at >= 0 && now.length)
		tokens[at] = part;
	else if (at >= 0)
		tokens.splice(tokens[at - 1] === 'and' ? at - 1 : at, tokens[at - 1] === 'and' ? 2 : 1);
	else if (tokens.some((token) => token === 'or' || token === '||'))
		return '(' + text.trim() + ') and ' + part;
	else
		tokens.push(...(tokens.length ? ['and'] : []), part);
	return tokens.join(' ').replace(/\( /g, '(').replace(/ \)/g, ')').replace(/^and /, '');
}

/* How often each value of a field is there: [value, count], in natural order. */
function countsOf(cells, name) {
	const counts = new Map();
	for (const cell of cells)
		for (const value of valuesOf(cell, name))
			counts.set(value, (counts.get(value) || 0) + 1);
	return [...counts].sort((a, b) => inOrder(a[0], b[0]));
}
