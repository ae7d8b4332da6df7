"""The fixed words of the manuals' and error pages; the Portuguese serves Brazil and Portugal."""

from __future__ import annotations

PAGE_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "html_lang": "en",
        "skip": "Skip to the content",
        "site": "Site",
        "home": "Home",
        "all_products": "All products",
        "earlier": "This is not the version of the manual that is valid now.",
        "to_current": "Go to the current version",
        "licence": "Licence",
        "other_versions": "Other versions:",
        "printed_page": "page",
        "manual": "Manual",
        "contents": "Contents",
        "sections": "Sections nearby",
        "previous": "Previous",
        "next": "Next",
        "around": "Previous and next section",
        "path": "You are here",
        "other_language": "Português",
        "product": "Product",
        "model": "Model",
        "language": "Language",
        "language_name": "English",
        "version": "Version",
        "published": "Published",
        "about": "About this manual",
        "lead": "Safety first: please read the sections on safety before the first use.",
        "table": "Table",
        "danger": "Danger",
        "warning": "Warning",
        "caution": "Caution",
        "note": "Note",
        "question": "Something still unclear? Write to",
        "missing_title": "This page does not exist",
        "missing_text": (
            "The address may have a typing error, or the page was moved to a newer manual."
        ),
        "expired_title": "This link has expired",
        "expired_text": (
            "Files are opened from the chat, whose links hold for a while. Open the chat again "
            "and choose the file there."
        ),
        "storage_title": "The page cannot be shown just now",
        "storage_text": (
            "Our records cannot be reached for the moment. Nothing is lost. Load the page again "
            "in a few seconds."
        ),
        "crowded_title": "Too many requests at once",
        "crowded_text": "Wait a minute, then load the page again.",
        "failed_title": "The page cannot be shown",
        "failed_text": "Something went wrong on our side. Load the page again in a moment.",
        "error_id": "If it stays like this, write to {email} and give the number {error_id}.",
        "to_home": "Go to the start page with all products and manuals",
    },
    "pt": {
        "html_lang": "pt-BR",
        "skip": "Ir para o conteúdo",
        "site": "Site",
        "home": "Início",
        "all_products": "Todos os produtos",
        "earlier": "Esta não é a versão do manual que vale agora.",
        "to_current": "Ir para a versão atual",
        "licence": "Licença",
        "other_versions": "Outras versões:",
        "printed_page": "página",
        "manual": "Manual",
        "contents": "Índice",
        "sections": "Seções próximas",
        "previous": "Anterior",
        "next": "Próxima",
        "around": "Seção anterior e próxima",
        "path": "Você está aqui",
        "other_language": "English",
        "product": "Produto",
        "model": "Modelo",
        "language": "Idioma",
        "language_name": "Português",
        "version": "Versão",
        "published": "Publicado em",
        "about": "Sobre este manual",
        "lead": "Segurança em primeiro lugar: leia as seções de segurança antes do primeiro uso.",
        "table": "Tabela",
        "danger": "Perigo",
        "warning": "Aviso",
        "caution": "Cuidado",
        "note": "Nota",
        "question": "Ficou alguma dúvida? Escreva para",
        "missing_title": "Esta página não existe",
        "missing_text": (
            "O endereço pode ter um erro de digitação, ou a página mudou em um manual mais novo."
        ),
        "expired_title": "Este link expirou",
        "expired_text": (
            "Os arquivos são abertos pelo chat, e os links valem por um tempo. Abra o chat de novo "
            "e escolha o arquivo ali."
        ),
        "storage_title": "Não é possível mostrar a página agora",
        "storage_text": (
            "Nossos registros estão fora do ar por um momento. Nada se perdeu. Carregue a página "
            "de novo em alguns segundos."
        ),
        "crowded_title": "Muitos pedidos ao mesmo tempo",
        "crowded_text": "Espere um minuto e carregue a página de novo.",
        "failed_title": "Não é possível mostrar a página",
        "failed_text": "Algo falhou do nosso lado. Carregue a página de novo em instantes.",
        "error_id": "Se continuar assim, escreva para {email} e informe o número {error_id}.",
        "to_home": "Ir para a página inicial, com todos os produtos e manuais",
    },
}
