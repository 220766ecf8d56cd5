# SPDX-License-Identifier: GPL-2.0
"""Find un-English constructions in the tree's prose; see plain-english.

usage: sentences.py [--record] FILE...

Extracts comments, string literals, man page text and Markdown text from the
files (below tests/ no literals: they name tests and repeat messages), splits them into sentences and matches each against constructions.txt.
Prints "FILE:LINE: NAME: SENTENCE (ADVICE)" for every match that is neither in
sentences-known.txt nor allowed by sentences-allowed.txt.  --record rewrites
sentences-known.txt with the matches of today instead.  Exit status 0: it ran,
whatever it found; 2: bad usage or a bad list.
"""
import hashlib
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CONSTRUCTIONS = 'constructions.txt'
KNOWN = 'sentences-known.txt'
ALLOWED = 'sentences-allowed.txt'
BREAK = '\0'		# where a string literal has a line end


def rows(name, columns):
    """The rows of a list: tab-separated columns, # starts a comment line."""
    with open(os.path.join(os.environ.get('SENTENCES_LISTS', HERE), name), encoding='utf-8') as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip('\n')
            if not line.strip() or line.startswith('#'):
                continue
            row = [column for column in line.split('\t') if column]
            if len(row) != columns:
                sys.exit('%s:%d: %d columns, not %d, separated by tabs, are needed' % (
                    name, number, columns, len(row)))
            yield row


# ---- Prose of each kind of file: lists of (line number, text) -----------------

C_TOKEN = re.compile(r'''
    /\*.*?\*/ | //[^\n]* | '(?:\\.|[^'\\\n])+' |
    \#[ \t]*include[^\n]* |
    "(?:\\.|[^"\\\n])*"(?:\s*(?:PRI\w+\s*)?"(?:\\.|[^"\\\n])*")*
''', re.S | re.X)


def c_prose(text, literals=True):
    for token in C_TOKEN.finditer(text):
        s = token.group()
        line = text.count('\n', 0, token.start()) + 1
        if s.startswith('"') and literals:
            s = re.sub(r'"\s*(?:PRI\w+\s*)?"', '', s)[1:-1]
            yield line, s.replace('\\n', BREAK).replace('\\"', '"')
        elif s.startswith('/'):
            s = re.sub(r'^/[*/]+|\*+/$', '', s)
            yield line, re.sub(r'(?m)^[ \t]*\*+', '', s)


SHELL_STRING = re.compile(r'"((?:\\.|[^"\\])*)"|\'([^\']*)\'')


def script_prose(text, literals=True):
    comment, start = [], 0
    for number, line in enumerate(text.split('\n'), 1):
        whole = re.match(r'\s*#+ ?(.*)', line)
        if whole and not line.startswith('#!'):
            comment = comment or []
            start = start if comment else number
            comment.append(whole.group(1))
            continue
        if comment:
            yield start, '\n'.join(comment)
            comment = []
        trailing = re.search(r'(?:^|\s)#\s+(.*)', line)
        if trailing and line[:trailing.start()].count('"') % 2 == 0 \
                and line[:trailing.start()].count("'") % 2 == 0:
            yield number, trailing.group(1)
            line = line[:trailing.start()]
        for string in SHELL_STRING.finditer(line) if literals else ():
            yield number, string.group(1) or string.group(2) or ''
    if comment:
        yield start, '\n'.join(comment)


def man_prose(text):
    paragraph, start, skip = [], 1, False
    for number, line in enumerate(text.split('\n') + ['.PP'], 1):
        if skip:
            skip = not re.match(r'\.(EE|TE|YS)', line)
            continue
        line = re.sub(r'\\f[A-Z]|\\&|\\/|\\,', '', line)
        for roff, plain in (('\\-', '-'), ('\\(aq', "'"), ('\\(dq', '"'), ('\\e', '\\'),
                            ('\\|', '')):
            line = line.replace(roff, plain)
        font = re.match(r'\.([BI]|[BIR]{2})\s+(.*)', line)
        if font:
            words = [w.strip('"') for w in re.findall(r'"[^"]*"|\S+', font.group(2))]
            line = ('' if len(font.group(1)) == 2 else ' ').join(words).replace('\\~', ' ')
        elif line.startswith(('.', "'")):
            if paragraph:
                yield start, '\n'.join(paragraph)
            paragraph = []
            skip = bool(re.match(r'\.(EX|TS|SY)', line))
            continue
        start = start if paragraph else number
        paragraph.append(line.replace('\\~', ' '))


def markdown_prose(text):
    paragraph, start, fenced = [], 1, False
    for number, line in enumerate(text.split('\n') + [''], 1):
        fence = line.lstrip().startswith('```')
        fenced = fenced != fence
        table = line.startswith('|')
        ends = fence or fenced or table or not line.strip() or re.match(r'    |#|\s*([-*]|\d+\.) ', line)
        if ends and paragraph:
            yield start, '\n'.join(paragraph)
            paragraph = []
        if table:
            for cell in line.split('|'):
                yield number, cell
        elif not (fence or fenced or re.match(r'    ', line)):
            start = start if paragraph else number
            paragraph.append(re.sub(r'\]\([^)]*\)|[\[*]|^#+ ', '', line))


def plain_prose(text):
    yield from ((1 + text.count('\n', 0, m.start()), re.sub(r'(?m)^(What|Description|Date|Users|Contact):', '',
                m.group())) for m in re.finditer(r'(?:.+\n?)+', text))


def prose(path, text):
    literals = not re.search(r'(^|/)tests/', path)
    if re.search(r'\.(c|h|def)$', path):
        return c_prose(text, literals)
    if re.search(r'(^|/)man/.*\.[1-9]$', path):
        return man_prose(text)
    if path.endswith('.md'):
        return markdown_prose(text)
    if '/ABI/' in '/' + path:
        return plain_prose(text)
    if re.search(r'\.(sh|rules|config|conf|in|map|py)$|(^|/)(Makefile|Kbuild)$', path) or \
            re.match(r'#!.*(sh|python3?)\b', text):
        return script_prose(text, literals)
    return ()


# ---- Sentences ------------------------------------------------------------------

END = re.compile(r'(?<=[.!?:;])\s+|\n[ \t]*\n|' + BREAK)


def sentences(path, text):
    for line, block in prose(path, text):
        at = 0
        for end in list(END.finditer(block)) + [None]:
            part = block[at:end.start() if end else len(block)]
            blank = len(part) - len(part.lstrip())
            yield line + block.count('\n', 0, at + blank), ' '.join(part.split())
            at = end.end() if end else len(block)


def digest(name, sentence):
    """What identifies a known match: it moves with its sentence, and not with its file."""
    return hashlib.sha1(('%s %s' % (name, sentence)).encode()).hexdigest()[:12]


def matches(path, constructions):
    with open(path, encoding='utf-8', errors='replace') as f:
        text = f.read()
    for line, sentence in sentences(path, text):
        for name, pattern, advice in constructions:
            if pattern.search(sentence):
                yield line, sentence, name, advice


def expression(name, pattern):
    try:
        return re.compile(pattern, re.I if pattern.islower() else 0)
    except re.error as err:
        sys.exit('%s: %s: not a regular expression: %s' % (CONSTRUCTIONS, name, err))


def main():
    record = '--record' in sys.argv[1:]
    files = [a for a in sys.argv[1:] if not a.startswith('--')]
    constructions = [(name, expression(name, pattern), advice)
                     for name, pattern, advice in rows(CONSTRUCTIONS, 3)]
    allowed = list(rows(ALLOWED, 3))
    known = set() if record else {row[0] for row in rows(KNOWN, 1)}
    used, found = set(), set()
    for path in files:
        for line, sentence, name, advice in matches(path, constructions):
            excuse = [i for i, (n, part, _) in enumerate(allowed) if n == name and part in sentence]
            used.update(excuse)
            if excuse:
                continue
            key = digest(name, sentence)
            found.add(key)
            if not record and key not in known:
                print('%s:%d: %s: "%s" (%s)' % (path, line, name, sentence, advice))
    if record:
        with open(os.path.join(HERE, KNOWN), 'w', encoding='utf-8') as f:
            f.write('# SPDX-License-Identifier: GPL-2.0\n'
                    '# Made by "tests/style/plain-english --record", which says what this is.\n')
            f.writelines(key + '\n' for key in sorted(found))
        return
    for i, (name, part, _) in enumerate(allowed):
        if i not in used:
            print('%s:1: nothing needs the exception: %s, "%s"' % ('tests/style/' + ALLOWED, name, part))


if __name__ == '__main__':
    main()
