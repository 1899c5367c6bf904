" Colours of imf scripts, the language of imf-repl. The words are those of Keyword and Symbol in
" Sources/Lang/Syntax/Token.swift; a test compares them.

if exists('b:current_syntax')
  finish
endif

" Words. Letters beyond ASCII belong to names.
syntax iskeyword @,48-57,_,128-255
syntax keyword imfConditional if else
syntax keyword imfRepeat for in while break continue
syntax keyword imfException try catch assert
syntax keyword imfStatement return param
syntax keyword imfInclude import as
syntax keyword imfDefinition fn nextgroup=imfFunction skipwhite
syntax keyword imfWordOperator and or not
syntax keyword imfConstant true false none

syntax match imfFunction /\%([[:alpha:]_]\|[^\x00-\x7f]\)\%(\w\|[^\x00-\x7f]\)*/ contained
syntax match imfCall /\%([[:alpha:]_]\|[^\x00-\x7f]\)\%(\w\|[^\x00-\x7f]\)*\ze(/
" Of items that begin alike the later wins.
syntax match imfDelimiter /\.\|,\|:\|;\|(\|)\|\[\|\]\|{\|}/
syntax match imfOperator /\.\.\.\|\*\*\|\/\/=\||>\|->\|==\|!=\|<=\|>=\|+=\|-=\|\*=\|\/=\|%=\|\^=\|@=\|\/\/\|\.\.\|<\|>\|=\|+\|-\|\*\|\/\|%\|@\|\^/
" After a dot a keyword is a name.
syntax match imfField /\%([^.]\)\@1<=\.\%([[:alpha:]_]\|[^\x00-\x7f]\)\%(\w\|[^\x00-\x7f]\)*/

syntax match imfNumber /\<\d[0-9_]*\%(\.\d[0-9_]*\|\.\%([.[:alpha:]_]\)\@!\)\=\%([eE][+-]\=\d\+\)\=/
syntax match imfNumber /\%(^\|[^.[:alnum:]_)\]]\)\@1<=\.\d[0-9_]*\%([eE][+-]\=\d\+\)\=\>/
syntax match imfNumber /\<0x[0-9a-fA-F_]\+\>\|\<0b[01_]\+\>\|\<0o[0-7_]\+\>/

" Strings.
syntax match imfEscape /\\\%([ntr0e\\"'{}]\|x\x\{2}\|u\x\{4}\|$\)/ contained
syntax region imfInterpolation matchgroup=imfDelimiter start=/{/ end=/}/ oneline contained contains=@imfExpression,imfFormat,imfRecord
syntax match imfFormat /:[^"'{}]*\ze}/ contained
syntax region imfRecord matchgroup=imfDelimiter start=/{/ end=/}/ oneline contained contains=@imfExpression,imfRecord
syntax match imfBraces /{{\|}}/ contained
syntax region imfString start=/"/ skip=/\\./ end=/"/ end=/$/ keepend contains=imfEscape,@Spell
syntax region imfString start=/'/ skip=/\\./ end=/'/ end=/$/ keepend contains=imfEscape,@Spell
syntax region imfString start=/"""/ skip=/\\./ end=/"""/ contains=imfEscape,@Spell
syntax region imfString start=/'''/ skip=/\\./ end=/'''/ contains=imfEscape,@Spell
syntax region imfString start=/\<f"/ skip=/\\./ end=/"/ end=/$/ contains=imfEscape,imfBraces,imfInterpolation,@Spell
syntax region imfString start=/\<f'/ skip=/\\./ end=/'/ end=/$/ contains=imfEscape,imfBraces,imfInterpolation,@Spell
syntax region imfString start=/\<f"""/ skip=/\\./ end=/"""/ contains=imfEscape,imfBraces,imfInterpolation,@Spell
syntax region imfString start=/\<f'''/ skip=/\\./ end=/'''/ contains=imfEscape,imfBraces,imfInterpolation,@Spell
syntax cluster imfExpression contains=imfConditional,imfWordOperator,imfConstant,imfCall,imfOperator,imfDelimiter,imfField,imfNumber,imfString

" Comments.
syntax match imfComment /#.*$/ contains=imfTodo,@Spell
syntax match imfDocumentation /##.*$/ contains=@Spell
syntax match imfCell /#%%.*$/
syntax keyword imfTodo TODO FIXME XXX contained

syntax sync minlines=50

highlight default link imfConditional Conditional
highlight default link imfRepeat Repeat
highlight default link imfException Exception
highlight default link imfStatement Statement
highlight default link imfInclude Include
highlight default link imfDefinition Keyword
highlight default link imfWordOperator Operator
highlight default link imfConstant Constant
highlight default link imfFunction Function
highlight default link imfCall Function
highlight default link imfOperator Operator
highlight default link imfDelimiter Delimiter
highlight default link imfField Identifier
highlight default link imfNumber Number
highlight default link imfEscape SpecialChar
highlight default link imfBraces SpecialChar
highlight default link imfFormat Special
highlight default link imfString String
highlight default link imfComment Comment
highlight default link imfDocumentation SpecialComment
highlight default link imfCell Title
highlight default link imfTodo Todo

let b:current_syntax = 'imf'
