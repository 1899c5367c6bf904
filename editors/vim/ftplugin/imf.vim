" Settings of buffers with imf scripts. `gggqG` lays a script out.

if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal expandtab shiftwidth=2 softtabstop=2 textwidth=100 formatoptions-=t
setlocal comments=:##,:# commentstring=#\ %s
setlocal formatprg=imf-repl\ --format\ -
setlocal suffixesadd=.imf

let b:undo_ftplugin = 'setlocal expandtab< shiftwidth< softtabstop< textwidth< formatoptions< comments< commentstring< formatprg< suffixesadd<'
