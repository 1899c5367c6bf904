autocmd BufNewFile,BufRead *.imf setfiletype imf
autocmd BufNewFile,BufRead * if getline(1) =~# '^#!.*\<imf-repl\>' | setfiletype imf | endif
