#!/bin/sh
# Whether text survives KYAML, the output format `-o kyaml` of kubectl.
#
# Expected: what is written is what is read, by the encoder's own decoder; that is
# what the format, a strict subset of YAML, was made for.
# Seen (sigs.k8s.io/yaml 1.6.0, which kubectl 1.37.2 is built with): in text of
# several lines, the first character of a line is escaped twice where it is white
# space that YAML writes as an escape: an ideographic space, which begins each
# paragraph of ordinary Japanese text, a no-break space, a form feed, or a carriage
# return. It comes back as the letters of the escape. A line that begins with an
# ordinary space or a tab is not changed. U+0085 is written as it is, between
# quotes, where the decoder folds it into a space. Nothing reports an error: a
# ConfigMap that goes through a file of this format has other contents.
#
# Output seen:
#   space: same
#   tab: same
#   one line: same
#   ideographic space: "title\n\u3000text" became "title\n\\u3000text"
#   no-break space: "title\n\u00a0text" became "title\n\\_text"
#   form feed: "title\n\ftext" became "title\n\\ftext"
#   next line: "title\u0085text" became "title text"
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >go.mod <<'MOD'
module probe

go 1.24

require sigs.k8s.io/yaml v1.6.0
MOD
cat >main.go <<'GO'
package main

import (
	"fmt"
	"strconv"

	"sigs.k8s.io/yaml"
	"sigs.k8s.io/yaml/kyaml"
)

func main() {
	for _, each := range []struct{ name, text string }{
		{"space", "title\n text"},
		{"tab", "title\n\ttext"},
		{"one line", "\u3000text"},
		{"ideographic space", "title\n\u3000text"},
		{"no-break space", "title\n\u00a0text"},
		{"form feed", "title\n\ftext"},
		{"next line", "title\u0085text"},
	} {
		encoded, err := (&kyaml.Encoder{}).Marshal(map[string]string{"data": each.text})
		if err != nil {
			panic(err)
		}
		var decoded map[string]string
		if err := yaml.Unmarshal(encoded, &decoded); err != nil {
			panic(err)
		}
		if decoded["data"] == each.text {
			fmt.Printf("%s: same\n", each.name)
			continue
		}
		from, to := strconv.QuoteToASCII(each.text), strconv.QuoteToASCII(decoded["data"])
		fmt.Printf("%s: %s became %s\n", each.name, from, to)
	}
}
GO
GOFLAGS=-mod=mod go mod tidy 2>/dev/null
seen=$(GOFLAGS=-mod=mod go run .)
printf '%s\n' "$seen"
[ "$seen" = 'space: same
tab: same
one line: same
ideographic space: "title\n\u3000text" became "title\n\\u3000text"
no-break space: "title\n\u00a0text" became "title\n\\_text"
form feed: "title\n\ftext" became "title\n\\ftext"
next line: "title\u0085text" became "title text"' ]
