"""Words that customers and manuals use for the same thing: each line is one group.

Everyday words of any appliance; what only one product has belongs in its manual. A word may stand
in several groups. Forms that share a stem need not be listed twice.
"""

from __future__ import annotations

from functools import cache

from aftercare.guidance.terms import terms

_GROUPS = {
    "en": """
        absence away holiday vacation trip travelling
        activate enable
        add insert attach place fit mount install assemble
        adjust set configure change modify edit customise customize alter personalise
        app application software
        audio sound volume
        bad awful terrible foul poor weak low
        begin start launch run
        blocked clogged jammed stuck obstructed
        breeze draught air
        brightness bright dim dark
        broken damaged faulty defective defect fault malfunction
        button key
        cable cord lead wire
        cancel abort
        caption subtitle
        charge recharge charger
        child children kid toddler
        clean wash rinse wipe
        clothes clothing garment laundry
        cloudy murky milky
        cold cool chill freezing
        connect connection pair link join
        container bin box tank bucket reservoir
        cup mug
        daily day everyday
        damp wet soaked moist
        delay later postpone timer
        delete remove erase clear
        descale limescale scale calcium
        detergent soap powder
        dirt dirty grime
        disable deactivate
        display screen panel
        disturb quiet silent silence night
        dispose disposal discard recycle
        door lid flap cover hatch
        download install
        drain empty pump
        dust hair fluff lint
        electricity electric power mains
        exchange replace swap change
        fast quick rapid speed
        find search locate look
        finish end complete
        forbidden prohibited restricted limit
        fix solve repair resolve troubleshoot
        floor ground
        foam froth frothing
        guarantee warranty
        guide handbook instructions manual
        hear listen
        hot heat warm lukewarm temperature
        humid humidity moisture
        image picture photo
        increase raise
        internet network wifi online
        interval frequently
        leak leakage drip dripping puddle
        light lamp
        list overview
        loud noise noisy racket rattle bang hum squeak
        machine appliance device unit maker washer robot vacuum purifier conditioner
        maintenance maintain service care
        mark stain streak residue spot
        mobile phone smartphone
        mode setting option
        move transport relocate carry
        night sleep
        odour odor smell smelly stink stench
        open unlock release
        pause interrupt
        plug socket outlet
        program programme cycle
        program programme broadcast
        reduce lower decrease
        reset restore
        save store storage
        schedule timer plan
        see view watch display
        shake vibrate vibration jump wobble
        slow slowly
        stop halt quit end
        strength strong stronger weak
        switch turn
        taste flavour flavor
        technician engineer installer
        television tv
        test check inspect
        update upgrade
        winter frost
        accessory accessories included supplied contents
        allergy allergic sensitive itchy skin irritate
        baby infant newborn child
        beep beeping melody song music tune tone sound
        bolt screw
        boil boiling hot
        bottle jug carafe vessel
        blanket quilt duvet bedding pillow
        cold colder cool cooler chilled
        crumb dirt debris
        dangerous danger safe safety risk hazard harmful
        deep depth
        dimension size measure big wide width high height tall
        dog cat pet animal
        dry drier drying
        duration long last
        evening night
        fall drop
        faucet tap
        fill full load overfill stuff
        fine finer coarse coarser
        firmware software version
        fitter installer technician plumber electrician
        gap space distance clearance
        germ bacteria virus hygiene disinfect sanitise
        hoover vacuum robot
        hot hotter heat warm warmer
        jumper sweater cashmere wool woollen
        lime scale limescale
        loud louder noise noisy quiet quieter decibel
        nozzle spout tip
        outside outdoor balcony
        phone app
        pipe hose tube
        pod capsule
        rinse flush
        rotate turn spin rpm
        rug carpet mat
        sieve strainer filter mesh
        silk lace delicate gentle
        son daughter child kid toddler boy girl
        stair step cliff edge
        strong stronger strength weak weaker
        sweat sport gym football training
        tall high height
        tight tighten firm
        trouser jeans denim
        watt power consumption kwh
        weigh weight heavy kilo kilogram
        wind blow draught air breeze
    """,
    "pt": """
        acender ligar iniciar começar funcionar
        adiar atrasar programar agendar agenda
        ajustar regular configurar mudar alterar definir
        aparelho máquina equipamento lavadora cafeteira robô aspirador purificador
        apagar excluir remover eliminar deletar
        apertar pressionar premir
        aplicativo app aplicação
        automático sozinho
        aquecer esquentar quente morno calor aquecimento
        ausência viagem férias viajar
        barulho ruído barulhento
        bloqueado entupido obstruído travado preso
        botão tecla
        cancelar parar interromper pausa pausar
        carregar recarregar carga
        celular telemóvel telefone smartphone
        cheirar cheiro odor feder fedendo mofo
        chão piso
        colocar botar inserir encaixar instalar montar
        comando controle
        conectar ligar parear emparelhar
        consertar reparar arrumar
        criança infantil filho
        cômodo quarto sala
        desligar desativar
        devagar lento fraco
        dia diário diariamente
        dois duas
        dormir noite noturno sono
        drenar escoar esvaziar drenagem
        embaixo debaixo baixo
        encher abastecer
        erro código falha
        foto imagem
        frio gelar gelado refrigerar
        girar rodar
        guardar armazenar
        guia instruções manual
        higienizar desinfetar sanitizar
        intensidade forte fraco
        internet rede wifi
        lavar limpar limpeza lavagem enxaguar
        lixo descarte descartar
        local lugar posição colocar
        luz lâmpada
        mancha marca sujeira resíduo
        mangueira tubo cano
        manutenção revisão
        mudança transporte transportar
        peça roupa
        perturbar incomodar silêncio silencioso noite
        pia bancada
        pingar vazar vazamento gotejar
        porta tampa
        proibir impedir limite
        programa ciclo
        pó poeira
        rápido velocidade
        recipiente depósito reservatório tanque
        sabão detergente
        sabor gosto
        som volume áudio
        tela visor ecrã display
        tirar remover retirar
        tomada eletricidade
        treme tremer vibrar balançar pular sacudir
        trocar substituir troca
        técnico instalador
        umidade úmido desumidificar
        xícara chávena
        acessório incluído conteúdo caixa
        alergia alérgico sensível pele irritar coceira
        altura alto medida tamanho dimensão largura profundidade
        animal cachorro gato pet
        aparafusar parafuso
        aviso apito apitar bipe beep música melodia toque som
        bebê criança neném recém
        bico ponta saída
        cadeado bloqueio trava
        cano mangueira tubo
        chiar ranger barulho ruído zumbir
        choque elétrico eletricidade
        comprimento extensão
        copo xícara caneca
        curto rápido breve
        dirigir conduzir guiar
        degrau escada borda
        desinfetar higienizar germe bactéria
        edredom colcha cobertor roupa cama travesseiro
        encardido sujo sujeira
        encher cheio carga capacidade lotar
        enxaguar enxágue
        espaço distância folga livre
        esquentar quente aquecer temperatura
        estourar inchar inchado
        firmware software versão atualização
        fiapo cabelo pelinho
        ausência viagem
        gelado gelada frio fria gelar refrigeração
        grão café moer moagem
        jaqueta terno blusa camisa
        jogar descartar descarte lixo
        lã cashmere malha
        leve pesado peso pesar quilo
        luz energia consumo gastar potência watt
        mamadeira bebê
        medir dosar dose quantidade
        meia peça
        tempo duração durar demorar
        nivelar nivelamento pé balançar
        parede piso
        passo etapa
        peneira filtro tela coador
        perigoso perigo seguro segurança risco
        pilha bateria
        colocar botar inserir
        poça vazamento
        refil cartucho filtro vela
        roda rodinha pneu
        rotação centrifugar centrifugação torcer
        seda renda delicado
        sofá móvel
        suor esporte academia treino
        tapete carpete
        telefone celular aplicativo app
        vento ventilar ar sopro
        volume quantidade ml
    """,
}


def related_terms(term: str, language: str) -> frozenset[str]:
    """The other terms of the groups that a term stands in."""
    return _related(language).get(term, frozenset())


@cache
def _related(language: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _GROUPS[language].strip().splitlines():
        group = set(terms(line, language))
        for term in group:
            found.setdefault(term, set()).update(group - {term})
    return {term: frozenset(others) for term, others in found.items()}
